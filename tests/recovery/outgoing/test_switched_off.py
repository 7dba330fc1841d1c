"""An endpoint that failed for three days is off, and the vendor learns of it by a mail that is promised with that."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connections
from django.utils import timezone

from licensing.models import Delivery, Endpoint
from licensing.outgoing.deliver import tell_next
from licensing.outgoing.kinds import CLAIM_OPENED
from licensing.outgoing.tell import tell
from recovery.models import Message, MessageKind
from recovery.outgoing_tasks import deliver_events, tell_vendor
from recovery.retention import forget
from tests.kit.mails import link_in, read
from tests.kit.smtp import SmtpServer
from tests.kit.waiting import wait_until
from tests.licensing.outgoing.ground import let_pass, listening
from tests.licensing.sources.generators import Generator
from tests.recovery.figures.history import id_at


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Generator]:
    settings.NOTIFY_LOOPBACK = True
    with Generator() as running:
        running.says(b"", status=500)
        yield running


def failing_for_three_days(receiver: Generator) -> Endpoint:
    endpoint, _ = listening(receiver.url)
    tell(CLAIM_OPENED, lambda: [{"change": endpoint.pk}])
    tell_next(endpoint.pk, disabled=tell_vendor)
    let_pass(timedelta(days=3))
    tell_next(endpoint.pk, disabled=tell_vendor)
    return endpoint


@pytest.mark.django_db
def test_the_vendor_gets_one_mail_that_leads_to_the_endpoint(
    receiver: Generator, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    endpoint = failing_for_three_days(receiver)

    assert deliver() == 1

    (mail,) = smtp.messages
    assert mail.rcpt_to == ("support@vendor.example",)
    assert link_in(mail).endswith(f"/console/licensing/endpoint/{endpoint.pk}/change/")
    assert "An endpoint for events was switched off" in str(read(mail)["Subject"])
    assert Message.objects.filter(kind=MessageKind.ALERT).count() == 1
    assert not Endpoint.objects.get().enabled


@pytest.mark.django_db(transaction=True)
def test_the_task_returns_at_once_and_the_endpoint_is_told_beside_it(receiver: Generator) -> None:
    receiver.says(b"")
    endpoint, _ = listening(receiver.url)
    tell(CLAIM_OPENED, lambda: [{"change": endpoint.pk}])

    deliver_events()

    wait_until(lambda: Delivery.objects.filter(state="done").exists(), what="the event being taken")
    connections.close_all()


@pytest.mark.django_db
def test_what_was_delivered_is_forgotten_after_two_weeks_and_the_rest_later() -> None:
    endpoint, _ = listening()
    ages = {"done": (13, 15), "failed": (15, 91), "waiting": (15, 91)}
    for state, days in ages.items():
        for age in days:
            at = timezone.now() - timedelta(days=age)
            Delivery.objects.create(
                id=id_at(at), endpoint=endpoint, event=id_at(at), body="{}", state=state,
                done_at=None if state == "waiting" else at, created_at=at,
            )  # fmt: skip

    forget()

    left = {state: Delivery.objects.filter(state=state).count() for state in ages}
    assert left == {"done": 1, "failed": 1, "waiting": 1}
