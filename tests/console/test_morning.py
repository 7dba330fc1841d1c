"""The first page: what waits, for whom, how much of it, and the list that shows exactly that."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.morning import failing
from config.morning import page as shown_page
from config.morning.failing import gist
from config.morning.lines import LINES, Line
from config.morning.pools import short_pools
from config.morning.waiting import found
from config.staff.models import Approval
from config.staff.roles import Role, give_role, make_roles
from licensing.keys.assign import assign
from licensing.models import (
    Case,
    CaseKind,
    Connection,
    Delivery,
    Endpoint,
    EventState,
    ImportRun,
    ImportState,
    WhyOff,
)
from licensing.models.base import uuid7
from licensing.outgoing.endpoints import Wanted, add
from recovery.figures.count_orders import ALL
from recovery.figures.run import count_figures
from recovery.models import (
    ApiKey,
    ChangeKind,
    ChangeState,
    DomainPause,
    Exchange,
    ExchangeState,
    Message,
    MessageKind,
    MessageState,
    OwnerChange,
    Tally,
    WorkerPulse,
)
from tests import factories
from tests.console.conftest import Filed
from tests.console.shops import connection as a_connection
from tests.console.shops import event
from tests.recovery.figures.history import mail_of, move_at, request_at

pytestmark = pytest.mark.django_db

QUERIES = 15
INDEX = "console:index"


def page(client: Client, **said: Any) -> str:
    return client.get(reverse(INDEX), said).content.decode()


def on_the_list(client: Client, line: Line) -> set[Any]:
    return {row.pk for row in client.get(line.address).context["cl"].result_list}


def refused_at(domain: str = "mail.example", words: str = "550 5.1.1 no such user", **ago: float) -> Message:
    request = request_at(timezone.now() - timedelta(**ago), email=f"ann@{domain}")
    return mail_of(request, state=MessageState.REFUSED, reply=words)


def endpoints_and_events(*, now: datetime) -> None:
    """An endpoint that failed and one that somebody switched off; an event given up, one delivered, one long ago."""
    for because in (WhyOff.FAILING, WhyOff.BY_HAND):
        endpoint, _ = add(
            Wanted(url="https://a.example/", kinds=["pool.low"]), endpoint_id=uuid7(), by="lead"
        )
        off = {"enabled": False, "disabled_at": now, "disabled_because": because}
        Endpoint.objects.filter(pk=endpoint.pk).update(**off)
    for state, at in (("failed", now), ("done", now), ("failed", now - timedelta(days=8))):
        Delivery.objects.create(endpoint=endpoint, event=uuid7(), body="{}", state=state, done_at=at)


def api_key(name: str, *, ends: timedelta, **fields: Any) -> ApiKey:
    now = timezone.now()
    return ApiKey.objects.create(
        name=name,
        digest=name.encode(),
        hint="lr_4711",
        scopes="figures:read",
        made_by="grace",
        made_at=now - timedelta(days=60),
        expires_at=now + ends,
        **fields,
    )


def api_keys(*, number: int) -> None:
    """One that ends soon, and one each that ended, was revoked, or goes on."""
    soon = timedelta(days=number % 14)
    api_key(f"soon-{number}", ends=soon)
    api_key(f"over-{number}", ends=-soon)
    api_key(f"later-{number}", ends=timedelta(days=15))
    api_key(f"revoked-{number}", ends=soon, revoked_at=timezone.now(), revoked_by="grace")


def one_of_everything() -> None:
    """Two rows for each line, and some that belong to none."""
    now = timezone.now()
    for hours in (1, 30):
        before = now - timedelta(hours=hours)
        request = request_at(before, email=f"late{hours}@mail.example")
        mail_of(request, due_at=before)
        mail_of(request, due_at=now + timedelta(hours=1))
        mail_of(request, kind=MessageKind.KEYS, due_at=before, state=MessageState.ACCEPTED, accepted_at=now)
        DomainPause.objects.create(domain=f"{hours}.example", until=now + timedelta(hours=1))
        DomainPause.objects.create(domain=f"over{hours}.example", until=before)
        line = factories.line(of=factories.purchase(buyer=factories.customer()))
        factories.license(owner=line.purchase.buyer, line=line)
        for number, kind in enumerate(CaseKind):
            for closed in (None, now):
                digest = bytes([number, hours, bool(closed)])
                Case.objects.create(kind=kind, customer=factories.customer(), digest=digest, closed_at=closed)
        for state in (ExchangeState.ASKED, ExchangeState.WAITING, ExchangeState.DONE):
            made = move_at(before)
            if state != ExchangeState.DONE:
                Exchange.objects.filter(pk=made.pk).update(state=state, completed_at=None, to_assignment=None)
        claim: dict[str, Any] = {
            "kind": ChangeKind.ADDRESS,
            "new_address": f"new{hours}@example.com",
            "proved_at": now,
        }
        OwnerChange.objects.create(customer=factories.customer(), state=ChangeState.OPEN, **claim)
        approved = {"state": ChangeState.WAITING, "decided_at": now, "effective_at": now}
        told = OwnerChange.objects.create(
            customer=factories.customer(), **{**claim, **approved, "new_address": f"told{hours}@example.com"}
        )
        sent: dict[str, Any] = {"state": MessageState.ACCEPTED, "accepted_at": now, "about": "notice gives"}
        mail_of(request_at(now), kind=MessageKind.NOTICE, change=told, **sent)
        OwnerChange.objects.create(
            customer=factories.customer(),
            **{**claim, **approved, "new_address": f"untold{hours}@example.com"},
        )
        elsewhere = {"detail": {"owner_change": str(told.pk), "why": "claimed"}}
        Case.objects.create(kind=CaseKind.ADDRESS, digest=bytes([99, hours]), **elsewhere)
        in_effect = {"state": ChangeState.DONE, "decided_at": now, "effective_at": now, "done_at": now}
        for objected in (now, None):
            OwnerChange.objects.create(
                customer=factories.customer(), frozen_at=objected, **{**claim, **in_effect}
            )
        factories.line(of=factories.purchase(), placed_at=None)
        factories.line(of=factories.purchase(test=True), placed_at=None)
        shop = a_connection(name=f"shop {hours}")
        Connection.objects.filter(pk=shop.pk).update(heard_at=now - timedelta(days=8))
        for became in (EventState.WAITING, EventState.DONE):
            event(shop, event_id=f"{became}{hours}", state=became)
        endpoints_and_events(now=now)
        api_keys(number=hours)
        for read in (ImportState.FAILED, ImportState.APPLIED):
            ImportRun.objects.create(kind="gumroad", file_name="sales.csv", state=read)
        refused_at(hours=hours)
        refused_at(days=8)


def with_lists() -> list[Line]:
    return [line for line in LINES if not line.page]


def test_each_line_counts_what_its_list_shows(support: Client) -> None:
    one_of_everything()
    now = timezone.now()
    counts = {each.line.many: each.count for each in found(LINES, now=now)}

    for line in with_lists():
        rows = set(line.rows(now).values_list("pk", flat=True))
        assert len(rows) == counts[line.many] == 2, line.many
        assert on_the_list(support, line) == rows, line.many


def test_a_line_tells_the_age_of_the_oldest(support: Client) -> None:
    one_of_everything()
    now = timezone.now()

    for each in found(with_lists(), now=now):
        ages = each.line.rows(now).values_list(each.line.since, flat=True)
        assert each.oldest == min(ages), each.line.many


def test_what_is_empty_has_no_line_and_an_empty_morning_is_calm(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_page, "worker_state", lambda: "running")

    text = page(support)

    assert found(LINES, now=timezone.now()) == []
    assert "Nothing waits for you." in text
    assert 'class="lines"' not in text


def test_more_than_a_hundred_are_not_counted(support: Client) -> None:
    Case.objects.bulk_create(
        Case(kind=CaseKind.CONTRADICTION, digest=number.to_bytes(2, "big")) for number in range(150)
    )
    with CaptureQueriesContext(connection) as queries:
        text = page(support)

    assert "<strong>100+</strong> <span>orders that contradict what is on file</span>" in text
    assert all("LIMIT 101" in each["sql"] for each in queries if "COUNT(" in each["sql"])


def test_one_is_said_in_the_singular(support: Client, filed: Filed) -> None:
    text = page(support)

    assert "<strong>1</strong> <span>order that contradicts what is on file</span>" in text


def test_who_may_not_see_the_rows_does_not_see_the_line(client: Client) -> None:
    one_of_everything()
    looker = User.objects.create_user("looker", is_staff=True)
    client.force_login(looker)
    looks = Permission.objects.filter(codename__startswith="view_")
    for permission in {line.permission for line in with_lists()}:
        looker.user_permissions.set(looks.exclude(codename=permission.partition(".")[2]))

        shown = {each.line.permission for each in client.get(reverse(INDEX)).context["lines"]}

        assert shown == {line.permission for line in with_lists()} - {permission}


def test_what_is_still_to_come_says_when_the_first_is(support: Client) -> None:
    api_key("shop", ends=timedelta(days=9, hours=1))
    assert "<span>API key that ends within 14 days: make its system another one</span>" in page(support)
    assert re.search(r"<small> <time[^>]*>in 9 d</time></small>", page(support))

    api_key("crm", ends=timedelta(days=3, hours=1))
    assert re.search(r"<small>the first <time[^>]*>in 73 h</time></small>", page(support))


def test_an_auditor_finds_every_line_and_no_button(client: Client) -> None:
    make_roles()
    auditor = User.objects.create_user("auditor")
    give_role(auditor, Role.AUDITOR)
    client.force_login(auditor)
    one_of_everything()

    response = client.get(reverse(INDEX))

    assert len(response.context["lines"]) == len(with_lists())
    assert "Import a file" not in response.content.decode()


def test_a_deed_that_waits_for_a_second_person_has_a_line(support: Client) -> None:
    asker = User.objects.create_user("asker")
    Approval.objects.create(
        kind="export", title="t", method="GET", address="/", digest=b"d", reason="r", asked_by=asker,
        expires_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip

    assert f'href="{reverse("console:approvals")}"><strong>1</strong>' in page(support)


def test_a_worker_that_stopped_is_said(support: Client) -> None:
    """On SQLite the worker is a thread of the web process; in this one there is none."""
    WorkerPulse.objects.create(seen_at=timezone.now() - timedelta(minutes=5))

    text = page(support)

    assert "No worker is running" in text
    assert "Nothing waits for you." not in text


def test_refused_mails_are_grouped_by_domain_in_the_servers_words(support: Client) -> None:
    for queue_id in ("4bX7aa", "9Kq2zz"):
        refused_at(
            "large.example", f"550 5.7.1 blocked, id={queue_id} see https://x.example/{queue_id}", hours=1
        )
    refused_at("small.example", hours=2)
    refused_at("old.example", days=8)

    shown = support.get(reverse(INDEX)).context["failing"]

    assert [(each.domain, each.count) for each in shown] == [("large.example", 2), ("small.example", 1)]
    assert shown[0].words == [("550 5.7.1 blocked, see", 2)]


def test_says_where_not_all_refused_mails_were_counted(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count that the list behind it contradicts is worse than none."""
    monkeypatch.setattr(failing, "LOOKED_AT", 2)
    refused_at("mail.example", hours=1)
    refused_at("mail.example", hours=1)
    all_counted = page(support)
    refused_at("mail.example", hours=1)

    assert "Counted among the newest" not in all_counted
    assert "Counted among the newest 2: there are more." in page(support)


def test_a_domain_leads_to_its_mails_and_to_no_others(support: Client) -> None:
    mine = refused_at("mail.example", hours=1)
    refused_at("notmail.example", hours=1)
    refused_at("mail.example", days=8)

    (each, _) = support.get(reverse(INDEX)).context["failing"]

    assert {row.pk for row in support.get(each.address).context["cl"].result_list} == {mine.pk}


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("550 5.1.1 <(address)>: Recipient unknown", "550 5.1.1 Recipient unknown"),
        ("550-5.1.1 mailbox a8b7c6 at 192.0.2.1 is full", "550-5.1.1 mailbox at is full"),
        ("given up: it could not be handed over in time", "given up: it could not be handed over in time"),
        ("", "no words"),
    ],
)
def test_servers_words_keep_their_codes_and_lose_what_varies(reply: str, told: str) -> None:
    assert gist(reply) == told


def test_pools_that_need_codes_are_those_of_their_page(support: Client) -> None:
    now = timezone.now()
    low = factories.edition(sku="low", stocked_at=now, low_stock_level=5)
    empty = factories.edition(sku="empty", stocked_at=now)
    fast = factories.edition(sku="fast", stocked_at=now, low_stock_level=0)
    enough = factories.edition(sku="enough", stocked_at=now, low_stock_level=1)
    factories.edition(sku="unused")
    for edition, count in ((low, 4), (fast, 3), (enough, 3)):
        for _ in range(count):
            factories.key(edition=edition)
    for _ in range(10):
        assign(license=factories.license(edition=fast), key=factories.key(edition=fast), now=now)
    count_figures(now=timezone.now(), seconds=60)

    response = support.get(reverse(INDEX))
    listed = support.get(reverse("console:licensing_edition_stock"), {"soon": "yes"}).context["rows"]

    told = [pool.edition.sku for pool in response.context["pools"]]
    assert sorted(told) == ["empty", "fast", "low"]
    assert told == [pool.edition.sku for pool, _, _ in listed]
    assert empty.sku in response.content.decode()


def test_a_pool_tells_the_day_on_which_it_will_be_empty(support: Client) -> None:
    edition = factories.edition(sku="fast", stocked_at=timezone.now(), low_stock_level=0)
    for _ in range(9):
        assign(
            license=factories.license(edition=edition), key=factories.key(edition=edition), now=timezone.now()
        )
    for _ in range(3):
        factories.key(edition=edition)
    count_figures(now=timezone.now(), seconds=60)

    (pool,) = short_pools(now=timezone.now())

    assert pool.dry_on == (timezone.now() + timedelta(days=30)).date()
    assert f'datetime="{pool.dry_on}"' in page(support)


def test_the_page_costs_few_queries_whatever_waits(support: Client, filed: Filed) -> None:
    one_of_everything()
    count_figures(now=timezone.now(), seconds=60)
    for days in ("7", "365"):
        with CaptureQueriesContext(connection) as queries:
            page(support, days=days)

        assert len(queries) <= QUERIES, [each["sql"][:90] for each in queries]


def test_the_page_of_figures_costs_few_queries(support: Client, filed: Filed) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert support.get(reverse("console:figures")).status_code == 200

    assert len(queries) <= QUERIES


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(None, "not counted yet"), (3, "Counted 3 minutes ago. Today"), (20, "and not since")],
)
def test_how_old_the_figures_are_is_said(minutes: int | None, words: str, support: Client) -> None:
    if minutes is not None:
        Tally.objects.create(name=ALL, counted_at=timezone.now() - timedelta(minutes=minutes))

    assert words in page(support)


@pytest.mark.parametrize("days", ["", "0", "8", "-7", "7.0", "nonsense", "99999999999999999999", "\x00"])
def test_a_period_that_is_not_offered_is_a_week(days: str, support: Client) -> None:
    assert support.get(reverse(INDEX), {"days": days}).context["days"] == 7
