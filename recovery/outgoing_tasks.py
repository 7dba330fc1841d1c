"""Celery's part in telling the vendor's own systems what happened."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_process_shutdown

from licensing.models import Endpoint
from licensing.outgoing.deliver import start_lanes
from licensing.outgoing.lanes import let_end
from licensing.outgoing.send import SECONDS
from recovery.mail.outbox import alert


@shared_task(name="recovery.deliver_events")
def deliver_events() -> None:
    """Tell endpoints what the outbox holds for them, beside this worker's tasks: no mail waits for one that hangs."""
    start_lanes(disabled=tell_vendor)


def tell_vendor(endpoint: Endpoint) -> None:
    """By a mail to support, in the transaction that switched the endpoint off."""
    alert(f"endpoint {endpoint.pk}")


@worker_process_shutdown.connect
def finish_what_is_in_hand(**_: Any) -> None:
    """A worker's processes end every few hundred tasks."""
    let_end(seconds=SECONDS + 1)
