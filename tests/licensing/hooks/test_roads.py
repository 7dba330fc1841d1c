"""From what a shop told to orders and keys, in whatever order it comes, and whoever says it."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from licensing import tasks
from licensing.intake.hooks import process
from licensing.intake.hooks.connections import set_api_key
from licensing.intake.hooks.events import NEEDS_KEY, NotConfirmable, confirm, replay, unsettled
from licensing.intake.hooks.filing import NO_ORDER
from licensing.intake.hooks.serving import serve_left
from licensing.intake.hooks.waiting import look_again, look_for_confirmation
from licensing.intake.meanings import Meanings
from licensing.intake.purchases import record
from licensing.models import (
    Case,
    Connection,
    HookEvent,
    KeyAssignment,
    Purchase,
    PurchaseReference,
    RegistrationKey,
)
from licensing.tasks import confirm_events, process_events, sweep_events
from tests.licensing.hooks.ground import (
    UNSIGNED,
    Said,
    connected,
    post,
    refunded,
    sellable,
    sold,
    states,
    tell,
    work,
)
from tests.licensing.hooks.signed_shop import SignedShop, sale

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 2, 12, tzinfo=UTC)


@pytest.fixture
def unsigned(db: None) -> Connection:
    return connected(kind=UNSIGNED)


def on_file(connection: Connection, **said: str) -> None:
    """The same order comes by another road: an export, say."""
    told = sale({"order": "1001", "product": "thing", "email": "anna@example.com", **said})
    record([told], store=connection.store, meanings=Meanings(connection.store), now=NOW)


def make_due() -> None:
    HookEvent.objects.update(
        due_at=F("received_at") - timedelta(days=1),
        lease_until=None,
    )


def test_a_sale_is_on_file_with_its_key(connection: Connection) -> None:
    [key] = sellable(connection, keys=1)

    tell(connection, sold("1001"))

    assert work() == [("done", "")]
    purchase = Purchase.objects.get()
    assert (purchase.reference, purchase.confirmed_at is not None) == ("1001", True)
    event = HookEvent.objects.get()
    assert (event.purchase, event.lease_until) == (purchase, None)
    assert KeyAssignment.objects.get().key == key


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_whatever_comes_first_the_end_is_the_same(connection: Connection, order: tuple[int, ...]) -> None:
    sellable(connection, keys=1)
    told = [sold("1001"), refunded("1001"), sold("1002", email="ben@example.com")]

    for number in order:
        tell(connection, told[number])
        work()
    work()

    assert {state for state, _ in states()} == {"done"}
    facts = Purchase.objects.order_by("reference").values_list("reference", "refunded_at")
    assert [(reference, at is not None) for reference, at in facts] == [("1001", True), ("1002", False)]


def test_what_waits_for_an_order_finds_it_by_any_of_its_names(connection: Connection) -> None:
    tell(connection, refunded("txn_1"))
    assert work() == [("waiting", NO_ORDER)]
    assert HookEvent.objects.get().awaits == "txn_1"
    on_file(connection)
    PurchaseReference.objects.create(purchase=Purchase.objects.get(), kind="order", value="txn_1")

    assert look_again() == 1


def test_an_order_that_comes_by_a_file_ends_the_waiting(connection: Connection) -> None:
    tell(connection, refunded("1001"))
    work()
    on_file(connection)

    sweep_events()

    assert work() == [("done", "")]
    assert Purchase.objects.get().refunded_at is not None


def test_the_order_of_another_store_ends_no_waiting(connection: Connection) -> None:
    tell(connection, refunded("1001"))
    work()
    on_file(connected())

    assert look_again() == 0


def test_what_waits_in_vain_is_not_looked_at_all_the_time(connection: Connection) -> None:
    tell(
        connection, refunded("1001", test=True)
    )  # the real order has that number, the test order is not there
    work()
    on_file(connection)

    looks = 0
    while look_again() and looks < 10:
        work()
        looks += 1

    assert looks == 1
    assert [state for state, _ in states()] == ["waiting"]


def test_an_unmapped_product_is_kept_and_named(connection: Connection) -> None:
    tell(connection, sold(product="prod_7"))

    assert work() == [("done", "No mapping says what “prod_7” is.")]


@pytest.mark.parametrize("first", ["file", "notification"])
def test_keys_that_only_the_notification_has_are_there_whichever_comes_first(
    connection: Connection, first: str
) -> None:
    sellable(connection)
    if first == "file":
        on_file(connection)
    tell(connection, sold("1001", key="AAAA-1111"))
    assert work() == [("done", "")]
    if first == "notification":
        on_file(connection)

    assert RegistrationKey.objects.get().assignments.count() == 1
    assert not Case.objects.exists()


def test_an_order_that_says_otherwise_is_for_a_person(connection: Connection) -> None:
    sellable(connection, keys=1)
    tell(connection, sold("1001"))
    work()

    tell(connection, sold("1001", email="thief@example.com"))

    assert work()[1] == ("done", "It contradicts what is on file; see its case.")
    assert KeyAssignment.objects.get().license.owner == Purchase.objects.get().buyer


def test_what_says_nothing_of_orders_is_left(connection: Connection) -> None:
    tell(connection, {"id": "1", "type": "something.else"})

    assert work() == [("ignored", "")]


def test_what_nobody_signed_gives_no_key_until_support_confirms_it(unsigned: Connection) -> None:
    sellable(unsigned, keys=1)
    tell(unsigned, sold("1001"))
    assert [state for state, _ in work()] == ["unconfirmed"]
    assert not KeyAssignment.objects.exists()

    confirm(HookEvent.objects.get(), now=NOW)

    assert work() == [("done", "")]
    assert KeyAssignment.objects.count() == 1
    assert Purchase.objects.get().confirmed_at is not None


def test_only_what_is_not_confirmed_can_be_confirmed(connection: Connection) -> None:
    tell(connection, sold("1001"))
    work()

    with pytest.raises(NotConfirmable):
        confirm(HookEvent.objects.get(), now=NOW)


def test_a_forged_refund_revokes_nothing(unsigned: Connection) -> None:
    sellable(unsigned, keys=1)
    on_file(unsigned)
    tell(unsigned, refunded("1001"))

    assert [state for state, _ in work()] == ["unconfirmed"]
    assert Purchase.objects.get().refunded_at is None


@pytest.mark.parametrize(
    ("told", "more"),
    [
        (refunded("1001"), "a refund"),
        (sold("1001", key="AAAA-1111"), "keys"),
        (sold("1001", email="eve@example.com", quantity=2), "address, quantity"),
    ],
    ids=["refund", "keys", "facts"],
)
def test_what_says_more_than_the_file_is_said_to(unsigned: Connection, told: Said, more: str) -> None:
    on_file(unsigned)
    tell(unsigned, told)

    [(state, reason)] = work()

    assert state == "unconfirmed"
    assert reason == f"Its order is on file, but it says more than that: {more}. Nobody signed it."


def test_what_nothing_is_on_file_of_only_says_that_nobody_signed_it(unsigned: Connection) -> None:
    tell(unsigned, sold("1001"))
    assert work() == [("unconfirmed", "Nobody signed it, and nothing confirms it yet.")]


def test_what_a_file_says_too_is_confirmed(unsigned: Connection) -> None:
    sellable(unsigned, keys=1)
    tell(unsigned, sold("1001"), refunded("1001"))
    work()
    confirm_events()
    assert {state for state, _ in states()} == {"unconfirmed"}  # only they say so themselves

    told = sale({"order": "1001", "product": "thing", "email": "anna@example.com"})
    payment = told.payment._replace(refunded=True)
    store = unsigned.store
    record([told._replace(payment=payment)], store=store, meanings=Meanings(store), now=NOW)
    confirm_events()

    assert work() == [("done", "")] * 2


def test_a_forged_refund_is_not_looked_at_all_the_time(unsigned: Connection) -> None:
    on_file(unsigned)
    tell(unsigned, refunded("1001"))
    work()

    looks = 0
    while look_for_confirmation() and looks < 10:
        work()
        looks += 1

    assert looks == 1


@pytest.mark.parametrize("where", ["event", "connection"])
def test_a_test_order_takes_no_key_and_is_no_real_one(db: None, where: str) -> None:
    connection = connected(test=where == "connection")
    sellable(connection, keys=1)

    tell(connection, sold("1001", test=where == "event"))
    work()

    assert Purchase.objects.get().test
    assert not KeyAssignment.objects.exists()


def test_an_event_that_needs_the_shop_waits_for_a_key_to_its_api(connection: Connection) -> None:
    tell(connection, {"id": "1", "type": "asks", "order": "1001"})
    assert work() == [("unclear", NEEDS_KEY)]

    assert set_api_key(connection, api_key="an API key") == 1

    assert states() == [("received", "")]


def test_an_event_that_breaks_its_reader_stops_no_other(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sellable(connection, keys=1)
    tell(connection, sold("1", quantity="many"), sold("1001"))

    assert work() == [("received", "It could not be processed (ValueError)."), ("done", "")]
    assert list(unsettled().values_list("state", flat=True)) == ["received"]

    for _ in range(10):
        make_due()
        work()

    event = HookEvent.objects.get(state="unclear")
    assert (event.reason, event.attempts) == ("It could not be processed (ValueError).", 5)


def test_an_event_that_failed_rests_before_it_is_tried_again(connection: Connection) -> None:
    tell(connection, sold("1", quantity="many"))

    for _ in range(3):
        work()

    assert HookEvent.objects.get().attempts == 1


@pytest.mark.parametrize("nested", ["[" * 100_000 + "]" * 100_000, "9" * 10_000], ids=["deep", "long"])
def test_payloads_that_python_does_not_read_are_for_a_person(connection: Connection, nested: str) -> None:
    body = f'{{"events": {nested}}}'.encode()

    assert post(connection, body).status_code == 200
    assert [state for state, _ in work()] == ["unclear"]


def test_what_was_not_understood_is_taken_apart_once_its_reader_can(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sellable(connection, keys=1)
    with monkeypatch.context() as patched:
        patched.delattr(SignedShop, "events")
        tell(connection, sold("1001"))
    assert [state for state, _ in states()] == ["unclear"]

    assert replay(HookEvent.objects.all()) == 1

    assert work() == [("ignored", "Taken apart into 1 later."), ("done", "")]
    assert KeyAssignment.objects.count() == 1


def test_told_again_it_changes_nothing(connection: Connection) -> None:
    sellable(connection, keys=2)
    tell(connection, sold("1001"), refunded("1001"))
    work()
    before = Purchase.objects.values().get()

    replay(HookEvent.objects.all())

    assert {state for state, _ in work()} == {"done"}
    assert Purchase.objects.values().get() == before
    assert KeyAssignment.objects.count() == 1


def test_keys_are_given_though_the_worker_died_before_it_gave_them(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sellable(connection, keys=1)
    tell(connection, sold("1001"))

    def dies(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr(process, "serve", dies)
    with pytest.raises(SystemExit):
        work()
    assert (states(), KeyAssignment.objects.count()) == ([("done", "")], 0)

    assert serve_left(now=NOW) == 0  # it may still be alive
    HookEvent.objects.update(lease_until=F("received_at") - timedelta(minutes=5))
    assert serve_left(now=NOW) == 1

    assert KeyAssignment.objects.count() == 1
    assert serve_left(now=NOW) == 0


def test_an_event_under_a_lease_is_left_alone(connection: Connection) -> None:
    tell(connection, sold("1001"))
    assert process.claim(process.due()) is not None

    assert work() == [("received", "")]


def test_the_task_does_what_is_due(connection: Connection) -> None:
    tell(connection, sold("1001"))

    process_events()

    assert [state for state, _ in states()] == ["done"]


def test_codes_that_a_shop_tells_are_kept_as_keys(connection: Connection) -> None:
    sellable(connection)
    said: Said = sold("1001", key="AAAA-BBBB-CCCC-DDDD")

    tell(connection, said)
    work()

    assert RegistrationKey.objects.get().tail == "DDDD"


def test_a_flood_of_events_leaves_mails_their_turn(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    nudged: list[str] = []
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(tasks, "nudge", lambda: nudged.append("again"))
    tell(connection, sold("1001"))

    process_events()

    assert (states(), nudged) == ([("received", "")], ["again"])
