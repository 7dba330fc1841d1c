"""Notifications that mean harm, or are merely unlucky, on their whole road: by HTTP, kept, and handled by a worker."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from licensing.intake import stores
from licensing.intake.hooks import process
from licensing.intake.hooks.events import replay
from licensing.intake.record import ORDER, LateCodes, PurchaseRecord, Told
from licensing.intake.shop import Ask, Event, NotUnderstood, Received
from licensing.models import Connection, HookEvent, KeyAssignment, Purchase
from tests.licensing.hooks.ground import sellable, sold, tell, work
from tests.licensing.hooks.signed_shop import KIND, SignedShop

pytestmark = pytest.mark.django_db


class ByLine(SignedShop):
    """Tells orders line by line, and codes apart from them."""

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        if event.kind != "code":
            return [self.part(each) for each in super().told(event, ask=ask)]
        return [LateCodes(((ORDER, "1001"),), ("AAAA-BBBB",), line="another thing")]

    def part(self, told: Told) -> Told:
        assert isinstance(told, PurchaseRecord)
        return told._replace(complete=False)


class Reorganised(SignedShop):
    """Does not understand anything yet."""

    def events(self, received: Received) -> Sequence[Event]:
        raise NotUnderstood("It is of a newer version.")


def test_a_code_for_a_line_that_is_not_there_yet_is_not_told_again_all_the_time(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(stores.KINDS, KIND, ByLine())
    tell(connection, sold("1001"), sold("1001", product="thing of its own"))
    work()
    tell(connection, {"id": "evt_code", "type": "code"})

    process.process_due(seconds=3)

    event = HookEvent.objects.get(event_id="evt_code")
    assert (event.state, event.attempts) == ("waiting", 1)


def test_what_a_test_connection_did_not_understand_stays_a_test_when_it_goes_live(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sellable(connection, keys=1)
    Connection.objects.update(test=True)
    monkeypatch.setitem(stores.KINDS, KIND, Reorganised())
    tell(connection, sold("1001"))
    work()
    monkeypatch.setitem(stores.KINDS, KIND, SignedShop())
    Connection.objects.update(test=False)

    replay(HookEvent.objects.all())
    work()

    assert Purchase.objects.get().test
    assert not KeyAssignment.objects.exists()


def test_one_event_that_ends_its_worker_does_not_end_workers_for_ever(connection: Connection) -> None:
    tell(connection, sold("1001"))
    HookEvent.objects.update(attempts=process.MOST_DEATHS, lease_until=None)

    work()

    event = HookEvent.objects.get()
    assert (event.state, event.reason) == ("unclear", "The worker that read it was ended, again and again.")
    assert not Purchase.objects.exists()


def test_an_order_of_more_units_than_any_customer_buys_is_not_understood(connection: Connection) -> None:
    tell(connection, sold("1001", quantity=20_001))

    work()

    assert HookEvent.objects.get().reason == "It tells of more than 20,000 units."
    assert not Purchase.objects.exists()
