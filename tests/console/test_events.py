"""What shops told can be read, told again and confirmed; codes in it cannot be read."""

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from licensing.console.event_words import told_by
from licensing.console.payloads import codes_in
from licensing.console.trials import sample_of, try_sample
from licensing.intake.hooks.accept import accept, rows
from licensing.intake.hooks.connections import shop_of
from licensing.intake.hooks.events import FOR_A_PERSON, payload_of, sealed
from licensing.intake.hooks.process import process_due
from licensing.intake.shop import Received
from licensing.intake.stores import KINDS
from licensing.intake.unplaced import place_lines
from licensing.models import Connection, EventState, HookEvent, Purchase
from tests import factories
from tests.console.conftest import CODE, EMAIL, EVENT_ID, ORDER, Filed
from tests.console.shops import SECRET, connection, deed, event, page_of, said, signed_in, text_of
from tests.console.test_indexes import reads_everything

pytestmark = pytest.mark.django_db

LIST = "console:licensing_hookevent_changelist"


def listed(client: Client, **query: str) -> str:
    return client.get(reverse(LIST), query).content.decode()


def act(client: Client, action: str, *events: HookEvent, **form: str) -> Any:
    data = {"action": action, "_selected_action": [str(each.pk) for each in events], **form}
    return client.post(reverse(LIST), data, follow=True)


def unconfirmed() -> HookEvent:
    """A recorded sale of a shop that does not sign, as it stands when it has been processed."""
    row = received(connection(kind="gumroad", secret=""))
    assert row.state == EventState.UNCONFIRMED
    return row


def test_shows_what_was_sent_without_the_codes_in_it(support: Client, filed: Filed) -> None:
    text = text_of(support, HookEvent.objects.get())

    assert EMAIL in text
    assert CODE not in text
    assert "••••-PL0M" in text


@pytest.mark.parametrize("kind", sorted(kind for kind, shop in KINDS.items() if shop.sample))
def test_no_shops_sample_shows_its_codes(kind: str, support: Client) -> None:
    made = connection(kind=kind)
    body = sample_of(shop_of(made))
    row = event(made, body)
    told = shop_of(made).sent(body, secret=SECRET, now=timezone.now())
    for each in rows(made, told):
        row.kind, row.payload = each.kind, sealed(payload_of(each), event_id=row.pk)
        row.save()
        codes = codes_in(told_by(row))
        shown = text_of(support, row)

        assert [code for code in codes if code in shown] == []


def test_what_a_shop_sent_is_shown_as_text(support: Client) -> None:
    evil = "<script>alert(1)</script>"
    row = event(connection(), {"note": evil, evil: "x"}, kind=evil, reason=evil, event_id=evil)

    for text in (text_of(support, row), listed(support)):
        assert evil not in text
        assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    "payload",
    [b"\xff\xfe\x00", b"[" * 5_000, b"<a><b>", b"{}", b"null", b"1", b""],
    ids=[f"payload{number}" for number in range(7)],
)
def test_opens_whatever_was_sent(payload: bytes, support: Client) -> None:
    row = event(connection(), payload)

    assert support.get(page_of(row)).status_code == 200


def test_what_was_kept_whole_is_shown_as_it_came(support: Client) -> None:
    made = connection()
    accept(made, Received("POST", b'{"broken": "ada@love'), now=timezone.now())

    text = text_of(support, HookEvent.objects.get())

    assert "ada@love" in text
    assert "surrogateescape" not in text
    assert "not understood" in text


def test_says_why_nothing_is_left_of_what_was_sent(support: Client) -> None:
    row = event(connection(), state=EventState.DONE)
    HookEvent.objects.update(payload=None)

    text = text_of(support, row)

    assert "dropped 30 days after" in text
    assert "Tell again" not in text


def test_the_list_narrows_down_to_what_needs_a_person(support: Client) -> None:
    made = connection()
    states = (EventState.DONE, EventState.WAITING, EventState.UNCONFIRMED, EventState.NOT_UNDERSTOOD)
    known = {state: event(made, event_id=state, state=state) for state in states}

    text = listed(support, state="person")

    assert [page_of(row) in text for row in known.values()] == [False, True, True, True]
    test = event(made, event_id="test", test=True)
    assert page_of(test) not in listed(support, state="person")
    assert page_of(known[EventState.DONE]) in listed(support, state="done")
    assert listed(support, state="nonsense").count("field-kind") == len(known) + 1


@pytest.mark.parametrize("term", [EVENT_ID, ORDER])
def test_is_found_by_its_id_and_by_its_order(term: str, support: Client, filed: Filed) -> None:
    other = event(connection(kind="gumroad"), event_id="another")

    text = listed(support, q=term)

    assert page_of(HookEvent.objects.get(event_id=EVENT_ID)) in text
    assert page_of(other) not in text


def test_is_found_by_the_order_that_it_waits_for(support: Client) -> None:
    row = event(connection(), state=EventState.WAITING, awaits="no-such-order")

    assert page_of(row) in listed(support, q="no-such-order")


def test_ids_are_found_by_an_index(filed: Filed) -> None:
    connections = list(Connection.objects.values_list("pk", flat=True))

    assert not reads_everything(HookEvent.objects.filter(connection__in=connections, event_id="x"))


@pytest.mark.parametrize(
    "wanted", [{"state": "waiting", "awaits": "x"}, {"state__in": FOR_A_PERSON}], ids=["order", "person"]
)
def test_what_waits_is_found_by_an_index_on_postgresql(wanted: dict[str, Any], filed: Filed) -> None:
    assert not reads_everything(HookEvent.objects.filter(**wanted)) or database.vendor == "sqlite"


def test_the_list_does_not_read_what_was_sent(support: Client, filed: Filed) -> None:
    with CaptureQueriesContext(database) as queries:
        listed(support)

    assert [each for each in queries if '"payload"' in each["sql"] or "sealed_secret" in each["sql"]] == []


def test_a_list_costs_the_same_whatever_its_length(support: Client) -> None:
    made = connection()
    event(made)
    listed(support)
    with CaptureQueriesContext(database) as few:
        listed(support)
    for number in range(10):
        event(made, event_id=f"more-{number}")

    with CaptureQueriesContext(database) as many:
        listed(support)

    assert len(many) == len(few)


def test_tells_again_what_a_mapping_explains_meanwhile(support: Client) -> None:
    told = received(connection())
    assert told.reason.startswith("No mapping says")
    mapped(told)
    place_lines(told.connection.store, now=timezone.now())

    words = said(deed(support, told, "again"))
    process_due()

    told.refresh_from_db()
    assert "will be read again" in words
    assert (told.state, told.reason) == (EventState.DONE, "")
    assert "No mapping" not in text_of(support, told)


def received(by: Connection) -> HookEvent:
    """The shop's recorded sample, come in and processed as a real order."""
    shop = shop_of(by)
    accept(by, shop.sent(sample_of(shop), secret=SECRET, now=timezone.now()), now=timezone.now())
    process_due()
    return HookEvent.objects.get()


def mapped(told: HookEvent) -> None:
    assert told.purchase is not None
    for line in told.purchase.lines.all():
        factories.mapping(
            edition=factories.edition(),
            product_ref=line.product_ref,
            variant=line.variant,
            store=told.connection.store,
        )


def test_leads_to_the_mapping_that_is_missing(support: Client) -> None:
    (told,) = try_sample(connection(), now=timezone.now())
    assert told.purchase is not None
    line = told.purchase.lines.first()
    assert line is not None

    text = text_of(support, told)

    assert text.count("Say what it means") == told.purchase.lines.count()
    assert f"product_ref={line.product_ref}" in text


def test_says_what_cannot_be_told_again(support: Client) -> None:
    row = event(connection())
    HookEvent.objects.update(payload=None)

    assert "dropped" in said(deed(support, row, "again"))


def test_confirming_makes_it_count(support: Client) -> None:
    row = unconfirmed()
    before = text_of(support, row)
    assert "Counts as true: an order" in before
    assert "its buyer gets keys for them" in before

    words = said(deed(support, row, "confirm"))
    process_due()

    row.refresh_from_db()
    assert "Confirmed: 1 notification" in words
    assert row.state == EventState.DONE
    assert Purchase.objects.get().confirmed_at is not None


def test_nothing_is_confirmed_twice(support: Client) -> None:
    row = event(connection(), state=EventState.DONE)

    assert "Nothing was changed" in said(deed(support, row, "confirm"))
    assert "Nothing was changed" in said(act(support, "confirm_events", row))


def test_the_list_says_what_confirming_does_before_it_is_done(support: Client) -> None:
    row = unconfirmed()

    asked = act(support, "confirm_events", row).content.decode()
    row.refresh_from_db()
    assert ("Counts as true" in asked, row.state) == (True, EventState.UNCONFIRMED)

    act(support, "confirm_events", row, confirmed="yes")
    process_due()
    row.refresh_from_db()
    assert row.state == EventState.DONE


def test_tells_several_again(support: Client) -> None:
    made = connection()
    two = [event(made, event_id=name) for name in "ab"]

    act(support, "tell_again", *two)

    assert set(HookEvent.objects.values_list("state", flat=True)) == {EventState.RECEIVED}


@pytest.mark.parametrize("name", ["again", "confirm"])
def test_refuses_every_button_to_who_may_only_look(name: str, client: Client) -> None:
    row = event(connection(), state=EventState.UNCONFIRMED)
    looker = signed_in(client, "view_hookevent", "change_connection")

    assert deed(looker, row, name).status_code == 403
    assert "/do/" not in text_of(looker, row)
    row.refresh_from_db()
    assert row.state == EventState.UNCONFIRMED


@pytest.mark.parametrize("action", ["tell_again", "confirm_events"])
def test_refuses_every_action_to_who_may_only_look(action: str, client: Client) -> None:
    row = event(connection(), state=EventState.UNCONFIRMED)

    act(signed_in(client, "view_hookevent"), action, row, confirmed="yes")

    row.refresh_from_db()
    assert row.state == EventState.UNCONFIRMED


def test_is_for_who_may_see_notifications(client: Client) -> None:
    row = event(connection())
    signed_in(client, "view_connection")

    assert [client.get(address).status_code for address in (page_of(row), reverse(LIST))] == [403, 403]


def test_buttons_are_posts_only_and_nothing_else(support: Client) -> None:
    row = event(connection())

    assert support.get(reverse("console:licensing_hookevent_act", args=[row.pk, "again"])).status_code == 405
    assert deed(support, row, "nonsense").status_code == 404


def test_the_first_page_counts_what_needs_a_person(support: Client) -> None:
    made = connection()
    event(made, event_id="a", state=EventState.WAITING)
    event(made, event_id="b", state=EventState.DONE)

    text = support.get(reverse("console:index")).content.decode()

    line = "<strong>1</strong> <span>notification of a shop that needs a person</span>"
    assert f'<a href="{reverse(LIST)}?state=person">{line}' in text


def test_lines_of_a_sample_wait_for_nobody(support: Client) -> None:
    try_sample(connection(), now=timezone.now())

    text = support.get(reverse("console:index")).content.decode()
    lines = support.get(reverse("console:licensing_purchaseline_changelist") + "?placed=no").content.decode()

    assert "without a mapping" not in text
    assert "Say what it means" not in lines
