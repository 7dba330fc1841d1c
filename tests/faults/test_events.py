"""Endpoints that are told of events, while an endpoint hangs, the worker is killed and Redis is emptied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings

from licensing.models import Delivery, DeliveryState, Endpoint
from tests import factories
from tests.journeys.service import Service
from tests.journeys.steps import recover
from tests.kit.waiting import wait_until
from tests.licensing.outgoing.ground import ids, is_signed, let_pass, listening
from tests.licensing.sources.generators import Generator

pytestmark = pytest.mark.journey


@pytest.fixture
def receiver(service: Service, settings: LazySettings) -> Iterator[Generator]:
    """Hangs, until it is told to behave otherwise; nothing is left of it for the next test."""
    settings.NOTIFY_LOOPBACK = True
    with Generator() as running:
        running.hangs()
        yield running
    with service.records():
        Delivery.objects.all().delete()
        Endpoint.objects.all().delete()


def test_a_hanging_endpoint_holds_up_no_mail_and_what_a_killed_worker_had_in_hand_is_told_again(
    service: Service, receiver: Generator
) -> None:
    first, second = service.new_address(), service.new_address()
    with service.records():
        factories.owner_of(first, codes=["EVEN-TTOL-DAGA-IN00"])
        factories.owner_of(second, codes=["EVEN-TTOL-DAGA-IN01"])
        _, secret = listening(receiver.url, kinds=["license.recovered"])

    recover(service, first)
    wait_until(lambda: receiver.asked, what="the first attempt", timeout=service.patience)
    recover(service, second)  # with both its mails, though the endpoint has said nothing yet
    service.kill9("worker")
    service.broker.flush()
    receiver.says(b"")
    with service.records():
        let_pass(timedelta(minutes=2))
    service.start("worker")
    with service.records():
        taken = Delivery.objects.filter(state=DeliveryState.DELIVERED)
        wait_until(lambda: taken.count() == 2, what="both events being taken", timeout=service.patience)

    told = ids(receiver)
    assert (len(told), len(set(told)), told.count(told[0])) == (3, 2, 2)
    assert all(is_signed(asked, secret) for asked in receiver.asked)
