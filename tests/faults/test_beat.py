"""Beat doubled, dead, or alive alone (row 47)."""

import json
from datetime import timedelta

import pytest
from django.db.models import F

from recovery.models import Message
from tests.faults.history import assert_each_got_one_mail
from tests.journeys.service import Service
from tests.journeys.steps import ask
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.journey


def asked_of(service: Service) -> str:
    address = service.new_address()
    ask(service.browser(), address)
    return address


def test_two_beats_and_two_workers_send_a_mail_once(service: Service) -> None:
    stall = service.smtp.script(stage="end_of_data", stall=60)
    with service.launch("beat"), service.launch("worker", "--concurrency", "3", "--hostname", "second@%h"):
        address = asked_of(service)
        stall.wait_until_reached(timeout=service.patience)
        before = tasks_done(service)
        # Either the others find nothing to do, or one of them hands over the same mail.
        wait_until(
            lambda: stall.reached > 1 or tasks_done(service) >= before + 6,
            what="further sweeps meanwhile",
            timeout=service.patience,
        )
        service.smtp.forget_script()
        assert_each_got_one_mail(service, address)


def tasks_done(service: Service) -> int:
    return sum("Task " in line and " succeeded" in line for line in service.log_text().splitlines())


def test_without_beat_the_nudge_alone_sends_a_mail(service: Service) -> None:
    service.kill9("beat")
    assert_each_got_one_mail(service, asked_of(service))


def test_without_nudge_the_sweep_alone_sends_a_mail(service: Service) -> None:
    service.kill9("worker")
    service.kill9("beat")
    address = asked_of(service)
    service.broker.flush()
    service.start("worker", "beat")
    assert_each_got_one_mail(service, address)


def test_without_both_health_raises_the_alarm(service: Service) -> None:
    service.kill9("worker")
    service.kill9("beat")
    address = asked_of(service)
    assert not alarm(service)
    with service.records():
        Message.objects.filter(request__address=address).update(due_at=F("due_at") - timedelta(minutes=4))
    assert alarm(service)
    service.start()
    assert_each_got_one_mail(service, address)
    assert not alarm(service)


def alarm(service: Service) -> bool:
    health = json.loads(service.browser().get("/health/ready").text)
    return bool(health["outbox"]["alarm"])
