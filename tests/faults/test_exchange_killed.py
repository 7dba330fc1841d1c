"""A process killed between any two statements of a move, an undo, another code for a leaked one: both or none of
everything, and a second try completes it (threats, row 36)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from licensing.audit import trail
from licensing.models import Case, KeyAssignment, License, RegistrationKey
from recovery.journeys.exchange import ask_support, move, undo_move
from recovery.journeys.exchange_support import approve, decline, replace_leaked
from recovery.journeys.exchange_waiting import complete_waiting
from recovery.models import Exchange, ExchangeMail, ExchangeState, Message
from tests import factories
from tests.recovery.exchanging import NOW, owned, proved, seen, shop
from tests.recovery.soundness import assert_sound

pytestmark = pytest.mark.django_db(transaction=True)

BY, WHY = "support", "A reason"


@pytest.fixture(autouse=True)
def _nothing_is_chained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit trail is chained after the deed's commit, in a transaction of its own: who is killed there has done
    the whole deed. What becomes of the chain then: tests/licensing/audit."""
    monkeypatch.setattr(trail, "chain", lambda: 0)


class Killed:
    """An execute wrapper that counts statements, and ends its process with SIGKILL after the given one."""

    def __init__(self, after: int | None = None) -> None:
        self.after, self.statements = after, 0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        answer = execute(*statement)
        self.statements += 1
        if self.statements == self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


Call = Callable[[], object]  # may be repeated, as a customer presses a button again


def a_move() -> Call:
    """Of two licenses at once."""
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH", "MAC-0002-ABCD-EFGH"])
    unit = owned(sold.windows)
    other = owned(sold.windows, owner=unit.owner)
    request, chosen = proved(unit), seen(unit, other)
    return lambda: move(request, chosen=chosen, platform="macos", now=NOW)


def a_move_without_a_key() -> Call:
    unit = owned(shop().windows)
    request, chosen = proved(unit), seen(unit)
    return lambda: move(request, chosen=chosen, platform="macos", now=NOW)


def keys_that_arrive() -> Call:
    a_move_without_a_key()()
    factories.key(edition=Exchange.objects.get().to_edition)
    return lambda: complete_waiting(now=NOW)


def an_undo() -> Call:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    request = proved(unit)
    exchange = move(request, chosen=seen(unit), platform="macos", now=NOW)[0]
    return lambda: undo_move(request, exchange_id=exchange.pk, now=NOW)


def another_code() -> Call:
    sold = shop()
    unit = owned(sold.windows)
    factories.key(edition=sold.windows)
    return lambda: Exchange.objects.exists() or replace_leaked(unit.pk, by=BY, reason=WHY, now=NOW)


def a_question() -> Call:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"], exchange_needs_approval=True).windows)
    request = proved(unit)
    return lambda: (
        Exchange.objects.exists()
        or ask_support(request, license_id=unit.pk, platform="macos", text="Please", now=NOW)
    )


def an_approval() -> Call:
    a_question()()
    return lambda: [approve(each.pk, by=BY, reason=WHY, now=NOW) for each in undecided()]


def a_refusal() -> Call:
    a_question()()
    return lambda: [decline(each.pk, by=BY, reason=WHY, now=NOW) for each in undecided()]


def undecided() -> list[Exchange]:
    return list(Exchange.objects.filter(state=ExchangeState.ASKED))


STEPS = [
    a_move,
    a_move_without_a_key,
    keys_that_arrive,
    an_undo,
    another_code,
    a_question,
    an_approval,
    a_refusal,
]


def state() -> list[list[tuple[Any, ...]]]:
    """All that a step changes, without what differs from one run to the next."""
    return [
        sorted(Exchange.objects.values_list("kind", "state", "completed_at", "undone_at", "ended_at")),
        sorted(License.objects.values_list("edition__platform")),
        sorted(RegistrationKey.objects.values_list("tail", "state", "retired_reason")),
        sorted(KeyAssignment.objects.values_list("key__tail", "end_reason")),
        sorted(Message.objects.values_list("kind", "state")),
        sorted(ExchangeMail.objects.values_list("step")),
        sorted((each.closed_at is None,) for each in Case.objects.all()),
    ]


def killed(call: Call, *, after: int) -> bool:
    """Whether a process of its own, with a connection of its own, was killed after that many statements of the call;
    if not, it has done all of it."""
    connections.close_all()  # what two processes share, they confuse
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the step itself failed"
        return os.WIFSIGNALED(status)
    failed = 1
    try:
        with connection.execute_wrapper(Killed(after)):
            call()
        failed = 0
    finally:
        os._exit(failed)


def kill_between_statements(prepare: Callable[[], Call], *, every: int) -> int:
    """Kill after each of the statements (or every so many of them), then let one live; how many were killed."""
    call = prepare()
    before, kills = state(), 0
    while killed(call, after=1 + kills * every):
        kills += 1
        assert state() == before, f"half done after statement {1 + (kills - 1) * every}"
    done = state()
    assert done != before
    assert_sound(now=NOW)
    call()
    assert state() == done, "a second try did it twice"
    return kills


@pytest.mark.parametrize("prepare", STEPS, ids=[each.__name__ for each in STEPS])
def test_a_process_killed_on_the_way_leaves_nothing_half_done(prepare: Callable[[], Call]) -> None:
    assert kill_between_statements(prepare, every=9) > 1


@pytest.mark.long
@pytest.mark.parametrize("prepare", STEPS, ids=[each.__name__ for each in STEPS])
def test_a_process_killed_after_any_statement_leaves_nothing_half_done(
    prepare: Callable[[], Call], record_property: Callable[[str, object], None]
) -> None:
    kills = kill_between_statements(prepare, every=1)

    record_property("kills", kills)
    assert kills > 10
