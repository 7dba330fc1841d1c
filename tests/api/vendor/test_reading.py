"""Lists in pages, filters that indexes serve, single rows with their tag; and no code in any of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from licensing.models import AuditEntry, EmailAddress, License
from recovery.ledger import rows
from recovery.models import Message
from tests import factories
from tests.api.caller import Caller, code_of, faults_of, said
from tests.api.vendor.ground import EMAIL, Ground, asked_by, asked_for, mailed, sold, told
from tests.api.vendor.operations import VENDOR, operation, operations
from tests.console.test_indexes import reads_everything

NOBODY = "00000000-0000-7000-8000-000000000000"
OURS = re.compile(r'"(recovery_apikey|recovery_allowance|licensing_audit\w+|licensing_storedkey)"|SAVEPOINT')


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in said(answer)["items"]]


def some_purchases(number: int) -> list[str]:
    owner = factories.customer()
    made = []
    for _ in range(number):
        order = factories.purchase(buyer=owner)
        license = factories.license(owner=owner, line=factories.line(of=order))
        factories.line(of=order, product_ref="second")
        made.append((str(order.pk), str(license.pk)))
    return [order for order, _ in made]


def more_of_the_rest(ground: Ground) -> None:
    for number in range(2):
        customer = factories.customer()
        order, license, _ = sold(customer, ground.windows, reference=f"more-{number}")
        request = asked_by(customer)
        mailed(request)
        asked_for(license, to=ground.mac, request=request)
        told(order, connection=ground.event.connection, event_id=f"more-{number}")


def test_pages_hold_every_row_once_newest_first(with_every_right: Caller) -> None:
    made, found, cursor = some_purchases(7), [], ""
    while True:
        answer = with_every_right.see(f"{VENDOR}purchases/?limit=3{cursor}")
        found += ids(answer)
        if said(answer)["next"] is None:
            break
        cursor = f"&cursor={said(answer)['next']}"
    assert found == made[::-1]


def test_what_comes_in_meanwhile_moves_no_page(with_every_right: Caller) -> None:
    made = some_purchases(4)
    first = with_every_right.see(f"{VENDOR}purchases/?limit=2")
    factories.purchase()
    second = with_every_right.see(f"{VENDOR}purchases/?limit=2&cursor={said(first)['next']}")
    assert ids(first) + ids(second) == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "A" * 22, "A" * 21 + "B", "é" * 10, "AAAA=", "A" * 40, "%00"])
def test_a_made_up_cursor_is_refused_or_leads_nowhere_new(cursor: str, with_every_right: Caller) -> None:
    answer = with_every_right.see(f"{VENDOR}customers/?cursor={cursor}")
    if cursor == "A" * 22:  # the id of nobody: nothing comes after it
        assert said(answer) == {"items": [], "next": None}
    else:
        assert list(faults_of(answer)) == ["cursor"]


def test_a_cursor_of_one_list_opens_no_other(ground: Ground, with_every_right: Caller) -> None:
    some_purchases_more = [factories.purchase() for _ in range(2)]
    cursor = said(with_every_right.see(f"{VENDOR}purchases/?limit=1"))["next"]
    assert cursor
    assert some_purchases_more
    narrow = with_every_right.see(f"{VENDOR}purchases/?buyer={NOBODY}&cursor={cursor}")
    assert ids(narrow) == []


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("limit=0", {"limit": "min_value"}),
        ("limit=101", {"limit": "max_value"}),
        ("limit=many", {"limit": "invalid"}),
        ("page=2", {"page": "unknown_field"}),
        ("limit=1&limit=2", {"limit": "repeated"}),
        ("buyer=me", {"buyer": "invalid"}),
        ("store=our-shop", {"store": "alone"}),
        ("recorded_since=yesterday", {"recorded_since": "invalid"}),
        ("recorded_since=2026-05-30T09:00:00", {"recorded_since": "no_zone"}),
        ("recorded_before=2026-05-30", {"recorded_before": "no_zone"}),
        ("reference=%00", {"reference": "null_characters_not_allowed"}),
    ],
)
def test_what_no_list_is_asked_by_is_refused_by_name(
    query: str, faults: dict[str, str], with_every_right: Caller
) -> None:
    assert faults_of(with_every_right.see(f"{VENDOR}purchases/?{query}")) == faults


def test_every_filter_finds_what_it_means_and_nothing_else(ground: Ground, with_every_right: Caller) -> None:
    factories.owner_of("otto@example.com", codes=["ELSE-0000-1111-2222"])
    for path, query, row in (
        ("purchases", "reference=1001", ground.purchase),
        ("purchases", "reference=1001&store=our-shop", ground.purchase),
        ("purchases", "transaction=INV-77", ground.purchase),
        ("purchases", f"buyer={ground.customer.pk}", ground.purchase),
        ("customers", "email=Anna@Example.com", ground.customer),
        ("licenses", f"customer={ground.customer.pk}", ground.license),
        ("licenses", f"purchase={ground.purchase.pk}", ground.license),
        ("exchanges", f"customer={ground.customer.pk}", ground.exchange),
        ("exchanges", f"license={ground.license.pk}", ground.exchange),
        ("exchanges", "state=asked", ground.exchange),
        ("messages", f"customer={ground.customer.pk}", ground.message),
        ("messages", "state=refused", ground.message),
        ("events", f"purchase={ground.purchase.pk}", ground.event),
        ("events", "state=unconfirmed", ground.event),
    ):
        assert ids(with_every_right.see(f"{VENDOR}{path}/?{query}")) == [str(row.pk)], query
    for path, query in (
        ("purchases", "reference=1002"),
        ("purchases", "reference=1001&store=another"),
        ("customers", "email=nobody"),
        ("licenses", "ended=revoked"),
        ("exchanges", "state=waiting"),
        ("messages", "state=withheld"),
        ("messages", f"customer={NOBODY}"),
        ("events", "state=unclear"),
    ):
        assert ids(with_every_right.see(f"{VENDOR}{path}/?{query}")) == [], query


def test_rows_are_found_by_when_they_came_in(ground: Ground, with_every_right: Caller) -> None:
    at = ground.purchase.recorded_at
    before, after = at - timedelta(minutes=1), at + timedelta(minutes=1)
    path = f"{VENDOR}purchases/?recorded_since="
    mine = [str(ground.purchase.pk)]
    assert ids(with_every_right.see(f"{path}{before:%Y-%m-%dT%H:%M:%SZ}")) == mine
    assert ids(with_every_right.see(f"{path}{after:%Y-%m-%dT%H:%M:%SZ}")) == []
    assert (
        ids(with_every_right.see(f"{path}0001-01-01T00:00:00Z&recorded_before=9999-12-31T00:00:00Z")) == mine
    )


def test_every_filter_has_an_index(ground: Ground) -> None:
    who, order = ground.customer.pk, ground.purchase.pk
    searches: list[QuerySet[Any]] = [
        rows.purchases(reference="1001"),
        rows.purchases(transaction="INV-77"),
        rows.purchases(buyer=who),
        rows.customers(email=EMAIL),
        rows.licenses(customer=who),
        rows.licenses(purchase=order),
        rows.licenses(ended="revoked"),
        rows.licenses(ended="refunded"),
        rows.exchanges(license=ground.license.pk),
        rows.exchanges(customer=who),
        rows.messages(customer=who),
        rows.events(purchase=order),
        rows.events(state="waiting"),
        rows.figures(since=factories.ORDERED_AT.date(), until=factories.ORDERED_AT.date()),
    ]
    assert [str(each.query) for each in searches if reads_everything(each)] == []


def test_states_have_an_index_on_postgresql(ground: Ground) -> None:
    """SQLite takes an index over some rows only where the query repeats its condition word for word."""
    for search in (rows.exchanges(state="asked"), rows.messages(state="refused")):
        assert reads_everything(search) == (connection.vendor == "sqlite")


@pytest.mark.parametrize("path", ["purchases", "licenses", "customers", "exchanges", "messages", "events"])
def test_a_hundred_rows_cost_no_more_queries_than_one(
    path: str, ground: Ground, with_every_right: Caller
) -> None:
    some_purchases(3)
    more_of_the_rest(ground)
    costs = []
    for limit in (1, 100):
        with CaptureQueriesContext(connection) as queries:
            answer = with_every_right.see(f"{VENDOR}{path}/?limit={limit}")
        costs.append(len([each for each in queries if not OURS.search(each["sql"])]))
    assert len(ids(answer)) > 2
    assert costs[0] == costs[1] <= 6


def test_one_row_has_a_tag_that_changes_with_it(ground: Ground, with_every_right: Caller) -> None:
    path = operation("showSoldLicense").at(ground)
    first, second = with_every_right.see(path), with_every_right.see(path)
    assert first["ETag"] == second["ETag"]
    License.objects.update(revoked_at=factories.ORDERED_AT, revoked_reason="Sold on")
    assert with_every_right.see(path)["ETag"] != first["ETag"]


def test_what_is_not_there_is_said_in_a_document(with_every_right: Caller) -> None:
    for call in operations():
        if call.method == "GET" and "{" in call.path:
            answer = with_every_right.see(re.sub(r"\{\w+\}", NOBODY, call.path))
            assert (answer.status_code, code_of(answer)) == (404, "not_found"), call.name


def test_a_look_is_filed_under_the_customer(ground: Ground, with_every_right: Caller) -> None:
    for name in (
        "showCustomer",
        "showPurchase",
        "showSoldLicense",
        "listExchanges",
        "showMessage",
        "showEvent",
    ):
        with_every_right.see(operation(name).at(ground))
    found = AuditEntry.objects.filter(action="api.called").order_by("id").values_list("customer", "by")
    assert list(found) == [(ground.customer.pk, "api:shop-backend")] * 6


def test_a_list_of_several_is_filed_under_nobody(ground: Ground, with_every_right: Caller) -> None:
    factories.customer()
    with_every_right.see(operation("listCustomers").at(ground))
    assert AuditEntry.objects.get(action="api.called").customer is None


def test_addresses_of_people_are_for_who_may_see_customers(ground: Ground, with_every_right: Caller) -> None:
    for call in operations():
        if call.method == "GET" and "ustomer" not in call.name:
            told = with_every_right.see(call.at(ground)).content.decode()
            assert EMAIL not in told, call.name
            assert "other@" not in told, call.name


def test_a_servers_words_keep_the_domain_of_an_address_and_nothing_of_the_person(
    ground: Ground, with_every_right: Caller
) -> None:
    told = said(with_every_right.see(operation("showMessage").at(ground)))
    assert told["reply"] == "550 5.1.1 <…@example.com>: no such user"
    assert told["failed_attempts"][0]["reply"] == "450 …@example.com come back later"


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 anna: Recipient address rejected: User unknown in local table",
        "550 user ANNA is not here",
        "550 see http://mx.example.net/why?r=anna%40example.com",
        "550 rfc822;anna+40example.com",
        '550 <"anna"@example.com>',
        '550 forwarded to <"anna smith"@example.net>, who is unknown',
        "550 forwarded to annas.other%40example.net",
    ],
)
def test_a_servers_words_name_the_person_in_no_other_form(
    reply: str, ground: Ground, with_every_right: Caller
) -> None:
    Message.objects.update(reply=reply)
    told = said(with_every_right.see(operation("showMessage").at(ground)))["reply"]
    assert "anna" not in told.lower()
    assert "smith" not in told
    assert told.startswith("550 ")


def test_a_former_address_finds_nobody(ground: Ground, with_every_right: Caller) -> None:
    EmailAddress.objects.update(former_since=factories.ORDERED_AT)
    assert ids(with_every_right.see(f"{VENDOR}customers/?email={EMAIL}")) == []
