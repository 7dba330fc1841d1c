"""Several events in one go: each is told once and in order; what was not attempted is as if it had not been claimed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from licensing.models import Delivery, DeliveryState
from licensing.outgoing import deliver
from licensing.outgoing.claim import claim_some
from licensing.outgoing.deliver import tell_some
from licensing.outgoing.kinds import CLAIM_OPENED
from licensing.outgoing.mark import mark_taken
from licensing.outgoing.send import Outcome
from licensing.outgoing.tell import tell
from tests.licensing.outgoing.ground import ids, let_pass, listening, nobody_is_mailed, told_there
from tests.licensing.sources.generators import Asked, Generator, Handler

pytestmark = pytest.mark.django_db
TAKEN = Outcome(taken=True, gone=False, words="200 OK")


def happens(times: int) -> list[str]:
    """The ids that the receiver will know them by, in their order."""
    for _ in range(times):
        tell(CLAIM_OPENED, lambda: [{"change": uuid4()}])
    return [each.webhook_id for each in Delivery.objects.order_by("pk")]


def refuses_from(receiver: Generator, number: int) -> None:
    def behave(handler: Handler, asked: Asked) -> None:
        handler.answer(b"", status=200 if len(receiver.asked) < number else 500)

    receiver.behaviour = behave


def states() -> list[tuple[str, int, bool, bool]]:
    """Of each: its state, how often it was attempted, whether ever, and whether somebody has it in hand."""
    rows = Delivery.objects.order_by("pk").values_list(
        "state", "attempts", "first_attempt_at", "lease_owner", "attempt_at"
    )
    return [(state, tries, bool(first and at), bool(owner)) for state, tries, first, owner, at in rows]


def test_a_hundred_are_told_once_each_in_order_at_a_few_statements(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    expected = happens(100)

    with CaptureQueriesContext(connection) as queries:
        told_there(endpoint)

    assert ids(receiver) == expected
    assert {each[0] for each in states()} == {DeliveryState.DELIVERED}
    assert len(queries) < 100, "it was ten for each"


def test_the_first_that_is_not_taken_ends_it_and_the_others_were_never_attempted(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens(6)
    refuses_from(receiver, 3)

    assert tell_some(endpoint.pk, most=6, disabled=nobody_is_mailed) is False

    assert len(ids(receiver)) == 3
    untouched = [(DeliveryState.WAITING, 0, False, False)] * 3
    taken = [(DeliveryState.DELIVERED, 1, True, False)] * 2
    assert states() == [*taken, (DeliveryState.WAITING, 1, True, False), *untouched]
    assert Delivery.objects.order_by("pk")[2].answer == "500 Internal Server Error"


def test_one_that_was_attempted_before_keeps_its_count_when_it_is_let_go(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens(2)
    first = Delivery.objects.order_by("pk").first()
    assert first is not None
    refuses_from(receiver, 1)
    told_there(endpoint)
    let_pass(timedelta(hours=1))
    Delivery.objects.filter(pk=first.pk).update(due_at=first.due_at + timedelta(minutes=1))

    tell_some(endpoint.pk, most=2, disabled=nobody_is_mailed)

    assert [each[1:] for each in states()] == [(1, True, False), (2, True, False)]


def test_after_a_second_the_others_are_let_go_since_the_endpoint_may_have_been_changed(
    receiver: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "BATCH_SECONDS", 0.0)
    endpoint, _ = listening(receiver.url)
    happens(3)

    assert tell_some(endpoint.pk, most=3, disabled=nobody_is_mailed) is False

    assert [each[1] for each in states()] == [1, 0, 0]


def test_where_one_breaks_us_those_before_it_are_written_down(
    receiver: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, _ = listening(receiver.url)
    happens(3)
    broken = Delivery.objects.order_by("pk")[1].pk
    monkeypatch.setattr(deliver, "attempt", lambda delivery, *_, now: {broken: None}.get(delivery.pk, TAKEN))

    with pytest.raises(AttributeError):
        tell_some(endpoint.pk, most=3, disabled=nobody_is_mailed)

    assert [each[0] for each in states()] == [DeliveryState.DELIVERED] + [DeliveryState.WAITING] * 2


def test_who_lost_the_lease_of_some_writes_down_the_others_only(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens(2)
    slow, quick = uuid4(), uuid4()
    mine = claim_some(endpoint.pk, owner=slow, most=2)
    Delivery.objects.filter(pk=mine[0].pk).update(lease_owner=quick)

    mark_taken([(each, TAKEN) for each in mine], owner=slow, disabled=nobody_is_mailed)

    assert [each[0] for each in states()] == [DeliveryState.WAITING, DeliveryState.DELIVERED]
