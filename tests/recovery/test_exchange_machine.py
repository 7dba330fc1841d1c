"""Sales, refunds, moves, undos and all else that befalls licenses, in any order; after every step all is sound.

Time passes between the steps as it does outside: whoever acts looks at the clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from licensing.holdings import holdings_of
from licensing.keys.assign import assign
from licensing.models import Edition, KeyState, License, Purchase, RegistrationKey
from recovery.errors import RecoveryError
from recovery.journeys import exchange_support as support
from recovery.journeys.exchange import ask_support, cancel, move, undo_move
from recovery.journeys.exchange_waiting import complete_waiting
from recovery.models import Exchange
from tests import factories
from tests.recovery.exchanging import NOW, Shop, proved, served_by, shop
from tests.recovery.soundness import assert_sound

pytestmark = pytest.mark.django_db

BY, WHY = "support", "A reason"
OTHER = {"windows": "macos", "macos": "windows"}

OUTCOMES: Counter[str] = Counter()
REACHED = {  # a run that met none of these would have tried nothing
    *("exchange: done", "exchange: waiting", "exchange: refused", "complete: done", "ask: asked"),
    *("approve: done", "approve: waiting", "approve: cancelled", "decline: declined", "cancel: cancelled"),
    *("undo: undone", "undo: refused", "move_for: done", "replace_leaked: done", "replace_leaked: refused"),
}

units = Bundle[UUID]("units")
platforms = st.sampled_from(sorted(OTHER))
pauses = st.one_of(
    st.just(timedelta(0)), st.sampled_from([1, 5, 14, 30, 60]).map(lambda n: timedelta(days=n))
)


class Sales(RuleBasedStateMachine):
    """One product for two platforms, and whoever bought it. Each run is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        self.now = NOW
        OUTCOMES["examples"] += 1

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @initialize(
        target=units,
        per_period=st.integers(1, 3),
        cooldown=st.sampled_from([0, 5]),
        grace=st.sampled_from([0, 14, 14]),
        approval=st.sampled_from([False, False, False, True]),
        mac_for_all=st.sampled_from([False, False, True]),
        stock=st.integers(0, 4),
        on=platforms,
    )
    def open_shop(
        self,
        per_period: int,
        cooldown: int,
        grace: int,
        approval: bool,
        mac_for_all: bool,
        stock: int,
        on: str,
    ) -> MultipleResults[UUID]:
        self.sold: Shop = shop(
            exchanges_per_period=per_period,
            exchange_period_days=60,
            exchange_cooldown_days=cooldown,
            exchange_grace_days=grace,
            exchange_needs_approval=approval,
        )
        if mac_for_all:
            factories.key(edition=self.sold.mac, seats=None)
        for edition in [self.sold.windows, self.sold.mac] * stock:
            factories.key(edition=edition)
        return self.bought(2, on)

    @rule(target=units, quantity=st.integers(1, 2), on=platforms)
    def buy(self, quantity: int, on: str) -> MultipleResults[UUID]:
        return self.bought(quantity, on)

    def bought(self, quantity: int, on: str) -> MultipleResults[UUID]:
        """Two units share one code."""
        owner, edition = factories.customer(), self.edition(on)
        order = factories.purchase(buyer=owner, ordered_at=self.now)
        line = factories.line(of=order, quantity=quantity)
        code = factories.key(edition=edition, seats=quantity)
        sold = [
            factories.license(owner=owner, edition=edition, line=line, unit=n + 1) for n in range(quantity)
        ]
        for unit in sold:
            assign(license=unit, key=code, now=self.now)
        return multiple(*[unit.pk for unit in sold])

    def edition(self, platform: str) -> Edition:
        return {"windows": self.sold.windows, "macos": self.sold.mac}[platform]

    @rule(unit=units, how=st.sampled_from(["refunded", "disputed", "won", "won", "revoked", "expiring"]))
    def befall(self, unit: UUID, how: str) -> None:
        """What stores and support say of it."""
        order, held = purchase_of(unit), License.objects.filter(pk=unit)
        if how == "refunded":
            order.update(refunded_at=self.now)
        elif how == "disputed":
            order.update(disputed_at=self.now, won_at=None)
        elif how == "won":
            order.filter(disputed_at__isnull=False).update(won_at=self.now)
        elif how == "revoked":
            held.update(revoked_at=self.now)
        else:
            held.update(expires_at=self.now + timedelta(days=10))
        if how in ("refunded", "revoked"):
            assert shown_code(unit, self.now) == ""

    @rule(pause=pauses)
    def wait(self, pause: timedelta) -> None:
        self.now += pause

    @rule(on=platforms, count=st.integers(1, 3), seen=st.booleans())
    def refill(self, on: str, count: int, seen: bool) -> None:
        """A worker sees it at once, or somebody else comes before."""
        for _ in range(count):
            factories.key(edition=self.edition(on))
        if seen:
            self.work()

    @rule()
    def complete(self) -> None:
        self.work()

    def work(self) -> None:
        if complete_waiting(now=self.now):
            OUTCOMES["complete: done"] += 1

    @rule(unit=units, presses=st.integers(1, 2))
    def exchange(self, unit: UUID, presses: int) -> None:
        """On the page as it is now, perhaps pressed twice."""
        held, chosen = license(unit), {unit: served_by(license(unit)).pk}
        press = partial(move, proved(held), chosen=chosen, platform=away(unit), now=self.now)
        for _ in range(presses):
            self.attempt("exchange", lambda: press()[0])

    @rule(unit=units)
    def ask(self, unit: UUID) -> None:
        asking = partial(ask_support, proved(license(unit)), license_id=unit, text="Please", now=self.now)
        self.attempt("ask", partial(asking, platform=away(unit)))

    @rule(unit=units)
    def approve(self, unit: UUID) -> None:
        for each in last(unit):
            self.attempt("approve", partial(support.approve, each, by=BY, reason=WHY, now=self.now))

    @rule(unit=units)
    def decline(self, unit: UUID) -> None:
        for each in last(unit):
            self.attempt("decline", partial(support.decline, each, by=BY, reason=WHY, now=self.now))

    @rule(unit=units)
    def undo(self, unit: UUID) -> None:
        for each in last_move(unit):
            self.attempt("undo", partial(undo_move, proved(license(unit)), exchange_id=each, now=self.now))

    @rule(unit=units)
    def undo_for(self, unit: UUID) -> None:
        for each in last_move(unit):
            self.attempt("undo_for", partial(support.undo_for, each, by=BY, now=self.now))

    @rule(unit=units)
    def cancel(self, unit: UUID) -> None:
        for each in last(unit):
            self.attempt("cancel", partial(cancel, proved(license(unit)), exchange_id=each, now=self.now))

    @rule(unit=units)
    def move_for(self, unit: UUID) -> None:
        moving = partial(support.move_for, unit, platform=away(unit), by=BY, reason=WHY, now=self.now)
        self.attempt("move_for", moving)

    @rule(unit=units)
    def replace_leaked(self, unit: UUID) -> None:
        replacing = partial(support.replace_leaked, unit, by=BY, reason=WHY, now=self.now)
        self.attempt("replace_leaked", replacing)

    def attempt(self, what: str, call: Callable[[], Exchange]) -> None:
        """A refusal is an answer, too, and changes nothing."""
        before = picture()
        with suppress(RecoveryError):
            OUTCOMES[f"{what}: {call().state}"] += 1
            return
        OUTCOMES[f"{what}: refused"] += 1
        assert picture() == before

    @invariant()
    def sound(self) -> None:
        OUTCOMES["steps"] += 1
        assert_sound(now=self.now)


def picture() -> list[tuple[object, ...]]:
    """What a refused step must not have changed."""
    return [
        *Exchange.objects.order_by("pk").values_list("pk", "state"),
        (RegistrationKey.objects.filter(state=KeyState.POOL).count(),),
    ]


def shown_code(unit: UUID, now: datetime) -> str:
    owner = license(unit).owner
    assert owner is not None
    return "".join(each.code for each in holdings_of(owner, now=now) if unit in each.license_ids)


def away(unit: UUID) -> str:
    """The platform that it may move to."""
    return OTHER[license(unit).edition.platform]


def license(pk: UUID) -> License:
    return License.objects.select_related("edition", "owner").get(pk=pk)


def last(unit: UUID) -> Iterator[UUID]:
    """The license's latest exchange, if there is one."""
    yield from Exchange.objects.filter(license=unit).order_by("-id").values_list("pk", flat=True)[:1]


def last_move(unit: UUID) -> Iterator[UUID]:
    moves = Exchange.objects.counted().filter(license=unit)
    yield from moves.order_by("-id").values_list("pk", flat=True)[:1]


def purchase_of(unit: UUID) -> QuerySet[Purchase]:
    return Purchase.objects.filter(lines__licenses=unit)


def examples(count: int, *, steps: int) -> settings:
    return settings(
        max_examples=count,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def test_all_is_sound_whatever_happens() -> None:
    run_state_machine_as_test(Sales, settings=examples(7, steps=25))


@pytest.mark.long
def test_all_is_sound_whatever_happens_for_long() -> None:
    run_state_machine_as_test(Sales, settings=examples(2000, steps=20))
    assert set(OUTCOMES) >= REACHED
