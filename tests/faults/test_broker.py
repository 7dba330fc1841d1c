"""Redis is only the wake-up: what it loses, hangs on or says twice changes nothing (rows 39 to 41, 43 to 46)."""

import re
from pathlib import Path

import pytest

from tests.faults.counts import counted
from tests.faults.history import assert_each_got_one_mail
from tests.journeys.service import Service
from tests.journeys.steps import ask, mail_to
from tests.kit.processes import ROOT
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.journey

QUEUE = "recovery"


def asked_of(service: Service, *, times: int = 1) -> list[str]:
    """So many visitors ask; their addresses."""
    addresses = [service.new_address() for _ in range(times)]
    for address in addresses:
        ask(service.browser(), address)
    return addresses


def test_a_mail_asked_for_while_redis_is_down_goes_out_when_it_is_back(service: Service) -> None:
    service.broker.stop()
    asked = asked_of(service)
    service.broker.start()
    assert_each_got_one_mail(service, *asked)


def test_a_hung_redis_keeps_no_visitor_waiting(service: Service) -> None:
    service.broker.pause()
    asked = asked_of(service, times=3)  # each answered while Redis says nothing, or this raises TimeoutError
    service.broker.resume()
    assert_each_got_one_mail(service, *asked)


def test_an_emptied_redis_loses_no_mail(service: Service) -> None:
    service.kill9("worker")
    asked = asked_of(service, times=5)
    service.broker.flush()
    service.start("worker")
    assert_each_got_one_mail(service, *asked)


def test_a_redis_killed_and_started_empty_loses_no_mail(service: Service) -> None:
    service.kill9("worker")
    asked = asked_of(service, times=5)
    service.broker.kill()
    service.broker.start()
    service.start("worker")
    assert_each_got_one_mail(service, *asked)


def test_a_task_delivered_thirty_times_sends_one_mail(service: Service) -> None:
    stop_workers_and_beat(service)
    asked = asked_of(service)
    stall = service.smtp.script(stage="end_of_data", stall=60)
    with service.broker.client() as redis:
        wait_until(lambda: redis.llen(QUEUE), what="the task in its queue", timeout=service.patience)
        task = redis.lindex(QUEUE, 0)
        redis.rpush(QUEUE, *[task] * 29)
        with service.launch("worker", "--concurrency", "4", "--hostname", "four@%h"):
            stall.wait_until_reached(timeout=service.patience)
            # Either the others find nothing to do, or one of them hands over the same mail.
            wait_until(
                lambda: stall.reached > 1 or not redis.llen(QUEUE),
                what="the others of the thirty being taken",
                timeout=service.patience,
            )
            service.smtp.forget_script()
            wait_until(lambda: not redis.llen(QUEUE), what="all thirty being taken", timeout=service.patience)
            assert_each_got_one_mail(service, *asked)


def test_the_broker_holds_no_address_while_tasks_wait_in_it(service: Service) -> None:
    stop_workers_and_beat(service)
    asked = asked_of(service)
    with service.broker.client() as redis:
        wait_until(lambda: redis.llen(QUEUE), what="the task in its queue", timeout=service.patience)
    contents = service.broker.contents()
    assert b"deliver_due" in contents  # so this is readable
    assert b"canary" not in contents
    service.start("worker")
    assert_each_got_one_mail(service, *asked)


@pytest.mark.parametrize("times", [2, pytest.param(counted(20), marks=pytest.mark.long)])
def test_a_worker_goes_on_after_every_restart_of_redis(service: Service, times: int) -> None:
    for _ in range(times):
        service.broker.kill()
        service.broker.start()
        [address] = asked_of(service)
        mail_to(service, address)
        assert_each_got_one_mail(service, address)


def test_no_due_time_is_left_to_the_broker() -> None:
    ours = [path for folder in ("config", "licensing", "recovery") for path in (ROOT / folder).rglob("*.py")]
    assert len(ours) > 50
    assert [path for path in ours if names_a_due_time(path)] == []


def names_a_due_time(path: Path) -> bool:
    return bool(re.search(r"\b(eta|countdown)\s*=", path.read_text()))


def stop_workers_and_beat(service: Service) -> None:
    """And empties the queue, so that only what is asked for next stands in it."""
    service.kill9("worker")
    service.kill9("beat")
    service.broker.flush()
