"""Telling endpoints, against a real server that answers, hangs, trickles, redirects and breaks off."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.utils import timezone

from licensing.models import Delivery, DeliveryState, Endpoint, WhyOff
from licensing.outgoing import send
from licensing.outgoing.claim import claim, endpoints_due
from licensing.outgoing.deliver import run_lane, start_lanes
from licensing.outgoing.endpoints import disable, end_former, rotate
from licensing.outgoing.kinds import CLAIM_OPENED
from licensing.outgoing.lanes import PLACES, ending, lanes, let_end
from licensing.outgoing.mark import PATIENCE, PAUSES, RESTS, mark
from licensing.outgoing.replay import replay, replay_failed
from licensing.outgoing.send import Outcome
from licensing.outgoing.tell import tell
from tests.kit.race import released_together
from tests.kit.waiting import wait_until
from tests.licensing.outgoing.ground import (
    ids,
    is_signed,
    let_pass,
    listening,
    make_due,
    nobody_is_mailed,
    told_there,
    try_once,
)
from tests.licensing.sources.generators import Asked, Generator, Handler

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


def happens(times: int = 1) -> None:
    for _ in range(times):
        tell(CLAIM_OPENED, lambda: [{"change": uuid4()}])


def the_one() -> Delivery:
    return Delivery.objects.get()


def the(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def fresh(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.get(pk=endpoint.pk)


def test_what_happened_arrives_as_it_was_written_signed(receiver: Generator) -> None:
    endpoint, secret = listening(receiver.url)
    happens()

    told_there(endpoint)

    (asked,) = receiver.asked
    assert asked.body.decode() == the_one().body
    assert asked.headers["Content-Type"] == "application/json"
    assert is_signed(asked, secret)
    assert not is_signed(asked, "whsec_" + "A" * 44)


def test_the_time_that_is_signed_is_that_of_the_attempt(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens()
    let_pass(timedelta(hours=1))

    told_there(endpoint)

    age = timezone.now().timestamp() - int(receiver.asked[0].headers["webhook-timestamp"])
    assert -1 < age < 60


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_takes_it(receiver: Generator, status: int) -> None:
    endpoint, _ = listening(receiver.url)
    receiver.says(b"", status=status)
    happens()

    told_there(endpoint)

    assert (the_one().state, the_one().attempts) == (DeliveryState.DELIVERED, 1)
    assert the_one().answer.startswith(str(status))


@pytest.mark.parametrize("status", [302, 307, 400, 404, 429, 500, 503, 999])
def test_anything_else_is_tried_again_later(receiver: Generator, status: int) -> None:
    endpoint, _ = listening(receiver.url)
    receiver.says(b"", status=status, Location="http://169.254.169.254/latest/meta-data/")
    happens()

    told_there(endpoint)

    assert (the_one().state, len(receiver.asked)) == (DeliveryState.WAITING, 1)
    assert the_one().due_at > timezone.now()


def test_a_secret_that_was_changed_signs_beside_the_new_one_for_a_day(receiver: Generator) -> None:
    endpoint, former = listening(receiver.url)
    present = rotate(endpoint.pk, by="lead", now=timezone.now())
    happens()
    told_there(endpoint)
    let_pass(DAYS)
    happens()
    told_there(endpoint)

    at_first, a_day_later = receiver.asked
    assert is_signed(at_first, former)
    assert is_signed(at_first, present)
    assert is_signed(a_day_later, present)
    assert not is_signed(a_day_later, former)


def test_a_former_secret_that_was_ended_signs_no_more(receiver: Generator) -> None:
    endpoint, former = listening(receiver.url)
    present = rotate(endpoint.pk, by="lead", now=timezone.now())
    end_former(endpoint.pk, by="lead")
    happens()

    told_there(endpoint)

    assert (is_signed(receiver.asked[0], former), is_signed(receiver.asked[0], present)) == (False, True)


def test_every_attempt_has_the_same_id_and_body_and_a_signature_of_its_own_moment(
    receiver: Generator,
) -> None:
    endpoint, secret = listening(receiver.url)
    receiver.says(b"", status=500)
    happens()
    for _ in range(3):
        told_there(endpoint)
        make_due()

    assert len(set(ids(receiver))) == len({asked.body for asked in receiver.asked}) == 1
    assert [is_signed(asked, secret) for asked in receiver.asked] == [True] * 3


def test_the_pauses_grow_to_a_day_and_add_up_to_a_little_more_than_three(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    receiver.says(b"", status=500)
    happens()
    for pause in PAUSES:
        began = timezone.now()
        assert try_once(endpoint)
        assert pause * 0.89 < the_one().due_at - began < pause * 1.12
        assert the_one().state == DeliveryState.WAITING
        Delivery.objects.update(due_at=began)
        Endpoint.objects.update(rests_until=None)

    assert PATIENCE < sum(PAUSES, timedelta()) < PATIENCE + timedelta(hours=6)


def test_after_three_days_it_is_given_up_and_the_endpoint_that_took_nothing_is_off(
    receiver: Generator,
) -> None:
    endpoint, _ = listening(receiver.url)
    receiver.says(b"", status=500)
    happens()
    told_there(endpoint)
    let_pass(3 * DAYS)

    told_there(endpoint)

    assert (the_one().state, the_one().answer) == (DeliveryState.FAILED, "500 Internal Server Error")
    assert (fresh(endpoint).enabled, fresh(endpoint).disabled_because) == (False, WhyOff.FAILING)


def test_an_endpoint_that_takes_other_events_stays_on_when_one_is_given_up(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens()
    refused = the_one()

    def behaviour(handler: Handler, asked: Asked) -> None:
        handler.answer(b"", status=400 if asked.body.decode() == refused.body else 200)

    receiver.behaviour = behaviour
    for _ in range(4):
        make_due()
        happens()
        told_there(endpoint)
        let_pass(DAYS)

    assert the(refused).state == DeliveryState.FAILED
    assert Delivery.objects.filter(state=DeliveryState.DELIVERED).count() == 4
    assert fresh(endpoint).enabled


def test_one_that_answers_gone_is_off_at_once(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    receiver.says(b"", status=410)
    happens(3)

    told_there(endpoint)

    assert (fresh(endpoint).enabled, fresh(endpoint).disabled_because) == (False, WhyOff.GONE)
    assert len(receiver.asked) == 1


def test_an_endpoint_that_fails_rests_longer_each_time_however_much_waits(receiver: Generator) -> None:
    """Ten thousand that wait would else be ten thousand attempts, each as long as the endpoint hangs."""
    endpoint, _ = listening(receiver.url)
    receiver.says(b"", status=500)
    happens(20)
    for rest in RESTS:
        assert try_once(endpoint)
        resting = fresh(endpoint).rests_until
        assert resting is not None
        assert (
            rest * 0.89 <= resting - timezone.now() + timedelta(seconds=2) < rest * 1.2 + timedelta(seconds=3)
        )
        assert try_once(endpoint) is False or rest == timedelta()
        Endpoint.objects.update(rests_until=None, failures=RESTS.index(rest) + 1)


def test_one_that_is_back_after_an_outage_is_told_at_once_of_all_that_waited(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    receiver.says(b"", status=500)
    happens(3)
    for _ in range(3):
        try_once(endpoint)
        Endpoint.objects.update(rests_until=None)
    let_pass(timedelta(hours=1))
    Delivery.objects.update(due_at=timezone.now() + DAYS)
    receiver.says(b"")
    happens()

    told_there(endpoint)

    assert {each.state for each in Delivery.objects.all()} == {DeliveryState.DELIVERED}
    assert (fresh(endpoint).failures, fresh(endpoint).failing_since) == (0, None)


def test_one_that_hangs_is_left_in_time(receiver: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "SECONDS", 0.3)
    endpoint, _ = listening(receiver.url)
    receiver.hangs()
    happens()

    told_there(endpoint)

    assert (the_one().state, the_one().answer) == (DeliveryState.WAITING, "The endpoint took too long.")


def test_one_whose_head_trickles_is_left_in_time(
    receiver: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "SECONDS", 0.4)
    endpoint, _ = listening(receiver.url)

    def behaviour(handler: Handler, asked: Asked) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not receiver.over.wait(0.02):
            handler.wfile.write(b"A")

    receiver.behaviour = behaviour
    happens()

    told_there(endpoint)

    assert the_one().answer == "The endpoint took too long."


def test_a_body_without_end_is_not_read(receiver: Generator) -> None:
    """A gigabyte, or an octet now and then for ever: with its status, the endpoint has said what counts."""
    endpoint, _ = listening(receiver.url)
    receiver.trickles()
    happens()

    told_there(endpoint)

    assert the_one().state == DeliveryState.DELIVERED


def test_a_head_without_end_is_left_after_64_kb(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    sent = []

    def behaviour(handler: Handler, asked: Asked) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(90):
            handler.wfile.write(b"X-%d: %s\r\n" % (number, b"A" * 60_000))
            sent.append(number)

    receiver.behaviour = behaviour
    happens()

    told_there(endpoint)

    assert (the_one().state, the_one().answer) == (
        DeliveryState.WAITING,
        "The connection failed (TooLong).",
    )


def test_a_connection_that_is_reset_is_tried_again(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    receiver.cuts()
    happens()

    told_there(endpoint)

    assert the_one().answer.startswith("The connection failed")


def test_what_the_endpoint_says_is_kept_nowhere(receiver: Generator) -> None:
    """It could name a person; the status is all that is written down, in our words."""
    endpoint, _ = listening(receiver.url)
    receiver.says(b"anna@example.com is unknown", status=404, X_Who="anna@example.com")
    happens()

    told_there(endpoint)

    assert the_one().answer == "404 Not Found"


def test_an_endpoint_that_is_off_keeps_what_waits_until_it_is_on_again(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens()
    disable(endpoint.pk, by="lead", now=timezone.now())

    told_there(endpoint)

    assert (the_one().state, receiver.asked, endpoints_due()) == (DeliveryState.WAITING, [], [])


def test_who_lost_the_lease_writes_nothing(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens()
    slow, quick = uuid4(), uuid4()
    taken = claim(endpoint.pk, owner=slow)
    let_pass(timedelta(minutes=2))
    assert taken is not None
    assert claim(endpoint.pk, owner=quick) is not None

    written = mark(taken, Outcome(True, False, "200 OK"), owner=slow, disabled=nobody_is_mailed)

    assert (written, the_one().lease_owner) == (False, quick)
    assert fresh(endpoint).answered_at is None


def test_what_somebody_has_in_hand_nobody_else_takes(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens()

    assert claim(endpoint.pk, owner=uuid4()) is not None
    assert claim(endpoint.pk, owner=uuid4()) is None


@pytest.mark.django_db(transaction=True)
def test_of_20_who_come_at_once_one_tells_it(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens(5)

    outcome = released_together(20, lambda _: told_there(endpoint), after=connections.close_all)

    assert outcome.errors == []
    assert len(ids(receiver)) == len(set(ids(receiver))) == 5
    assert {(each.state, each.attempts) for each in Delivery.objects.all()} == {(DeliveryState.DELIVERED, 1)}


@pytest.mark.django_db(transaction=True)
def test_one_that_hangs_holds_up_no_other(receiver: Generator) -> None:
    with Generator() as hanging:
        hanging.hangs()
        slow, _ = listening(hanging.url)
        quick, _ = listening(receiver.url)
        happens(3)

        started = start_lanes(disabled=nobody_is_mailed)
        wait_until(lambda: len(receiver.asked) == 3, what="the three of the other endpoint")
        in_hand = set(lanes)
        again = start_lanes(disabled=nobody_is_mailed)
        hanging.over.set()
        for lane in [*started, *again]:
            lane.join()

    assert slow.pk in in_hand
    assert len(started) == 2
    assert Delivery.objects.filter(endpoint=quick, state=DeliveryState.DELIVERED).count() == 3
    assert (lanes, len(receiver.asked)) == ({}, 3)


@pytest.mark.django_db(transaction=True)
def test_of_many_processes_two_tell_an_endpoint_at_once(receiver: Generator) -> None:
    """Eight threads stand for as many processes here: each with a connection of its own, which holds its place."""
    endpoint, _ = listening(receiver.url)
    happens(8)
    asked = threading.Semaphore(0)

    def behaviour(handler: Handler, _: Asked) -> None:
        asked.release()
        receiver.over.wait(60)
        handler.answer(b"")

    receiver.behaviour = behaviour
    threads = [threading.Thread(target=run_lane, args=(endpoint.pk, nobody_is_mailed)) for _ in range(8)]
    for thread in threads:
        thread.start()
    turned_away = 8 - PLACES if connection.vendor == "postgresql" else 0
    wait_until(lambda: sum(not each.is_alive() for each in threads) == turned_away, what="who finds no place")
    for _ in range(8 - turned_away):
        assert asked.acquire(timeout=60)
    under_way = len(receiver.asked)
    receiver.over.set()
    for thread in threads:
        thread.join()

    assert under_way == 8 - turned_away
    assert {each.state for each in Delivery.objects.all()} == {DeliveryState.DELIVERED}


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ends_writes_down_what_it_has_in_hand_and_begins_nothing(
    receiver: Generator, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(ending.clear)
    listening(receiver.url)
    happens(2)
    asked = threading.Event()

    def behaviour(handler: Handler, _: Asked) -> None:
        asked.set()
        ending.wait(60)
        handler.answer(b"")

    receiver.behaviour = behaviour
    start_lanes(disabled=nobody_is_mailed)
    asked.wait(60)

    let_end(seconds=60)

    assert start_lanes(disabled=nobody_is_mailed) == []
    states = Delivery.objects.order_by("pk").values_list("state", "attempts")
    assert list(states) == [(DeliveryState.DELIVERED, 1), (DeliveryState.WAITING, 0)]


def test_one_delivery_is_told_again_under_its_id(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens()
    told_there(endpoint)

    assert replay([the_one().pk], by="lead") == 1
    told_there(endpoint)

    assert len(ids(receiver)) == 2
    assert len(set(ids(receiver))) == 1


def test_all_that_was_given_up_since_a_moment_is_told_again(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    happens(3)
    rows = list(Delivery.objects.order_by("pk"))
    over = {"state": DeliveryState.FAILED, "done_at": timezone.now(), "attempts": 9}
    Delivery.objects.exclude(pk=rows[2].pk).update(**over)
    Delivery.objects.filter(pk=rows[0].pk).update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    Delivery.objects.filter(pk=rows[2].pk).update(**over | {"state": DeliveryState.DELIVERED})

    assert replay_failed(endpoint.pk, since=timezone.now() - DAYS, by="lead") == 1
    told_there(endpoint)

    assert ids(receiver) == [rows[1].webhook_id]
