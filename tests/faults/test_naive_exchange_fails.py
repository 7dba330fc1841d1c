"""A race or a kill counts only if it fails on naive code: the same tests, with one safeguard taken out of each.

What is seen when it is gone stands beside it, and must be what the raised error says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import connection, transaction

from licensing.keys import chain
from licensing.keys.assign import retire_if_unused
from licensing.keys.sources import pool
from licensing.models import Edition, KeyAssignment, KeyState, License, RegistrationKey
from recovery.exchange import begin, execute
from recovery.exchange.announce import announce
from recovery.exchange.facts import movable
from recovery.journeys import exchange, exchange_support
from recovery.mail.outbox import alert
from recovery.models import Exchange, ExchangeState, MessageKind
from tests.faults import test_exchange_killed as killed
from tests.faults import test_exchange_races as races

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

Patch = Callable[[pytest.MonkeyPatch], None]


def no_license_lock(patch: pytest.MonkeyPatch) -> None:
    """The policy is looked at by everybody at once, and everybody finds that it allows the move."""

    def read(ids: Iterable[UUID]) -> list[License]:
        return list(movable(License.objects.filter(pk__in=set(ids)).order_by("pk")))

    for module in (execute, exchange, exchange_support):
        patch.setattr(module, "lock_licenses", read)


def no_turns(patch: pytest.MonkeyPatch) -> None:
    """Nor does the step look, when it ends the old key, whether another one has ended it meanwhile."""

    def end(assignment: KeyAssignment, *, at: datetime, reason: str) -> bool:
        KeyAssignment.objects.filter(pk=assignment.pk).update(ends_at=at, end_reason=reason)
        retire_if_unused(assignment.key, at=at, reason=reason)
        return True

    no_license_lock(patch)
    patch.setattr(chain, "end", end)


def no_claim(patch: pytest.MonkeyPatch) -> None:
    """Everybody reads the oldest key of the pool, and takes it."""

    def take(edition: Edition, *, count: int = 1) -> list[RegistrationKey]:
        found = list(pool.in_pool(edition).order_by("id")[:count])
        RegistrationKey.objects.filter(pk__in=[key.pk for key in found]).update(state=KeyState.SERVING)
        return found

    patch.setattr(pool, "take_from_pool", take)


def no_order_of_locks(patch: pytest.MonkeyPatch) -> None:
    """Old and new key are locked as they come."""
    patch.setattr(execute, "lock_keys", lambda ids: None)
    patch.setattr(chain, "lock_keys", lambda ids: None)


def everybody_first(patch: pytest.MonkeyPatch) -> None:
    """Whoever waits looks whether somebody waits already, without taking turns."""

    def tell(edition: Edition, *, apart_from: Iterable[Exchange]) -> None:
        waiting = Exchange.objects.filter(to_edition=edition, state=ExchangeState.WAITING)
        if not waiting.exclude(pk__in=[each.pk for each in apart_from]).exists():
            alert(f"waiting {edition.sku}")

    patch.setattr(begin, "tell_of_waiting", tell)


def mail_after_the_commit(patch: pytest.MonkeyPatch) -> None:
    """The move is safe, then its mail is promised."""

    def later(kind: MessageKind, exchanges: list[Exchange]) -> None:
        transaction.on_commit(partial(announce, kind, exchanges))

    patch.setattr(execute, "announce", later)


def two_transactions(patch: pytest.MonkeyPatch) -> None:
    """The keys change hands in one, the license and its exchange follow in the next."""

    def committed(*given: Any, **named: Any) -> KeyAssignment:
        done: KeyAssignment = chain.replace(*given, **named)
        connection.connection.commit()
        return done

    patch.setattr(execute, "replace", committed)


class Fault(NamedTuple):
    """A test, what is taken out, and what is seen then."""

    test: Callable[[], object]
    without: Patch
    seen: str


HALF_DONE = "half done after statement"
kill_a_move = partial(killed.kill_between_statements, killed.a_move, every=1)
kill_an_undo = partial(killed.kill_between_statements, killed.an_undo, every=1)

FAULTS = [
    Fault(races.test_fifty_presses_on_one_license_move_it_once, no_license_lock, "IntegrityError|Stale"),
    Fault(races.test_twenty_undos_at_once_undo_once, no_license_lock, "IntegrityError|CannotUndo|== 1"),
    Fault(
        races.test_fifty_customers_on_forty_keys_move_forty_and_ten_when_keys_arrive,
        no_claim,
        "Stale|Integrity",
    ),
    Fault(
        races.test_fifty_customers_on_forty_keys_move_forty_and_ten_when_keys_arrive,
        everybody_first,
        r"assert \d+ == 1",
    ),
    Fault(
        races.test_opposite_moves_and_undos_between_codes_for_all_buyers_do_not_wait_for_each_other,
        no_order_of_locks,
        "deadlock detected",
    ),
    Fault(
        races.test_move_undo_refund_and_another_code_at_once_leave_one_sound_chain,
        no_turns,
        "IntegrityError|assert",
    ),
    Fault(kill_a_move, mail_after_the_commit, HALF_DONE),
    Fault(kill_an_undo, mail_after_the_commit, HALF_DONE),
    Fault(kill_a_move, two_transactions, HALF_DONE),
]


@pytest.mark.parametrize(
    "fault", FAULTS, ids=[f"{n}-{each.without.__name__}" for n, each in enumerate(FAULTS)]
)
def test_the_naive_exchange_fails(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault.without(monkeypatch)

    with pytest.raises(AssertionError) as failure:
        fault.test()

    assert re.search(fault.seen, str(failure.value))
