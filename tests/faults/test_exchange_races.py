"""Many at once on the same license, the same pool, the same codes: threads with connections of their own, released
at one moment (threats, rows 35 to 38)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from licensing.keys.assign import assign
from licensing.models import Edition, KeyState, License, Purchase, RegistrationKey
from recovery.errors import CannotUndo, RecoveryError
from recovery.journeys.exchange import move, undo_move
from recovery.journeys.exchange_support import replace_leaked
from recovery.journeys.exchange_waiting import complete_waiting
from recovery.models import Exchange, ExchangeState, Message, MessageKind
from tests import factories
from tests.kit.race import Calls, Outcome, released_together
from tests.recovery.exchanging import DAY, NOW, key_of, owned, proved, seen, shop
from tests.recovery.soundness import assert_sound

pytestmark = pytest.mark.django_db(transaction=True)

BY = "support"


def race(calls: Calls[object]) -> Outcome[object]:
    """None may end in anything but an answer or a refusal that a page has words for."""
    outcome = released_together(calls, after=connections.close_all)
    assert [error for error in outcome.errors if not isinstance(error, RecoveryError)] == []
    return outcome


def button(unit: License, *, to: str = "macos") -> Callable[[], list[Exchange]]:
    """The owner presses it on the page as it is now, in a browser of its own."""
    return partial(move, proved(unit), chosen=seen(unit), platform=to, now=NOW)


def test_fifty_presses_on_one_license_move_it_once() -> None:
    sold = shop(mac_codes=[f"MAC-{n:04}-ABCD-EFGH" for n in range(50)])
    unit = owned(sold.windows)

    outcome = race([button(unit) for _ in range(50)])

    (exchange,) = Exchange.objects.all()
    assert outcome.errors == []
    assert outcome.results == [[exchange]] * 50
    assert RegistrationKey.objects.filter(edition=sold.mac, state=KeyState.SERVING).count() == 1
    assert Message.objects.get().kind == MessageKind.REPLACEMENT
    assert_sound(now=NOW)


def test_fifty_customers_on_forty_keys_move_forty_and_ten_when_keys_arrive() -> None:
    sold = shop(mac_codes=[f"MAC-{n:04}-ABCD-EFGH" for n in range(40)])
    units = [owned(sold.windows) for _ in range(50)]

    outcome = race([button(unit) for unit in units])

    assert outcome.errors == []
    assert states() == {ExchangeState.DONE: 40, ExchangeState.WAITING: 10}
    assert len({key_of(unit).pk for unit in units if runs(unit, sold.mac)}) == 40
    assert Message.objects.filter(kind=MessageKind.ALERT).count() == 1
    assert_sound(now=NOW)

    for _ in range(10):
        factories.key(edition=sold.mac)
    served = race([partial(complete_waiting, now=NOW + DAY)] * 2)

    assert sum(served.results) == 10  # type: ignore[arg-type]  # numbers, as complete_waiting gives them
    assert states() == {ExchangeState.DONE: 50}
    assert Message.objects.filter(kind=MessageKind.REPLACEMENT).count() == 50
    assert_sound(now=NOW + DAY)


def states() -> dict[str, int]:
    found = list(Exchange.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in found}


def runs(unit: License, edition: Edition) -> bool:
    unit.refresh_from_db()
    return unit.edition_id == edition.pk


def with_shared_code(edition: Edition, code: RegistrationKey) -> License:
    owner = factories.customer()
    line = factories.line(of=factories.purchase(buyer=owner))
    unit = factories.license(owner=owner, edition=edition, line=line)
    assign(license=unit, key=code, now=factories.ORDERED_AT)
    return unit


def test_opposite_moves_and_undos_between_codes_for_all_buyers_do_not_wait_for_each_other() -> None:
    sold = shop(exchange_cooldown_days=0)
    windows, mac = (factories.key(edition=each, seats=None) for each in (sold.windows, sold.mac))
    for _ in range(3):
        there = [with_shared_code(sold.windows, windows) for _ in range(8)]
        back = [with_shared_code(sold.mac, mac) for _ in range(8)]
        moved = [with_shared_code(sold.windows, windows) for _ in range(8)]
        undone = [undo_button(unit, button(unit)()[0]) for unit in moved]

        outcome = race(
            [*map(button, there), *undone, *[button(unit, to="windows") for unit in back]],
        )

        assert outcome.errors == []
    assert_sound(now=NOW)


def undo_button(unit: License, exchange: Exchange) -> Callable[[], Exchange]:
    return partial(undo_move, proved(unit), exchange_id=exchange.pk, now=NOW)


def test_twenty_undos_at_once_undo_once() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    exchange = button(unit)()[0]

    outcome = race([undo_button(unit, exchange) for _ in range(20)])

    assert outcome.errors == []
    assert Message.objects.filter(kind=MessageKind.UNDONE).count() == 1
    assert_sound(now=NOW)


def test_move_undo_refund_and_another_code_at_once_leave_one_sound_chain() -> None:
    sold = shop(exchange_cooldown_days=0, exchanges_per_period=9)
    for _ in range(100):
        for edition in (sold.windows, sold.mac):
            factories.key(edition=edition)
    units = [owned(sold.windows) for _ in range(8)]

    race([call for unit in units for call in all_at_once(unit)])

    assert Purchase.objects.filter(refunded_at=None).count() == 0
    assert_sound(now=timezone.now())


def all_at_once(unit: License) -> list[Callable[[], object]]:
    """On a license that was moved to the Mac; each looks at the clock when it begins, as a page does."""
    request = proved(unit)
    exchange = move(request, chosen=seen(unit), platform="macos", now=timezone.now())[0]
    chosen = seen(unit)
    return [
        lambda: move(request, chosen=chosen, platform="windows", now=timezone.now()),
        lambda: undo_move(request, exchange_id=exchange.pk, now=timezone.now()),
        lambda: Purchase.objects.filter(lines__licenses=unit).update(refunded_at=timezone.now()),
        lambda: replace_leaked(unit.pk, by=BY, reason="Seen in a forum", now=timezone.now()),
    ]


def test_an_undo_and_a_leak_of_the_same_code_at_once_leave_sound_chains() -> None:
    """Two units share a code. One moved away and comes back while support replaces the code of the other."""
    sold = shop()
    for _ in range(12):
        factories.key(edition=sold.mac)
        factories.key(edition=sold.windows)
    pairs = [two_units_of_one_code(sold.windows) for _ in range(12)]
    moved = [(one, other, button(one)()[0]) for one, other in pairs]

    outcome = race(
        [
            call
            for one, other, exchange in moved
            for call in (
                undo_button(one, exchange),
                partial(replace_leaked, other.pk, by=BY, reason="Seen in a forum", now=NOW),
            )
        ]
    )

    assert [error for error in outcome.errors if not isinstance(error, CannotUndo)] == []
    assert_sound(now=NOW)


def two_units_of_one_code(edition: Edition) -> tuple[License, License]:
    owner = factories.customer()
    line = factories.line(of=factories.purchase(buyer=owner), quantity=2)
    code = factories.key(edition=edition, seats=2)
    one, other = (factories.license(owner=owner, edition=edition, line=line, unit=n) for n in (1, 2))
    for unit in (one, other):
        assign(license=unit, key=code, now=factories.ORDERED_AT)
    return one, other
