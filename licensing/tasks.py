"""Celery's part in licensing: what shops told is made into orders and keys. The database is asked; no arguments."""

from __future__ import annotations

import threading

import structlog
from celery import shared_task
from django.db import connections
from django.utils import timezone

from licensing.audit.chain import chain
from licensing.audit.proof import head
from licensing.import_tasks import import_files
from licensing.intake.hooks.events import nudge
from licensing.intake.hooks.process import are_due, process_due
from licensing.intake.hooks.serving import serve_left
from licensing.intake.hooks.waiting import look_again, look_for_confirmation
from licensing.people_tasks import suggest_people

__all__ = [
    "chain_audit",
    "confirm_events",
    "import_files",
    "process_events",
    "suggest_people",
    "sweep_events",
]

TURN_SECONDS = 5.0  # then mails have theirs, where there is one worker for everything

log = structlog.get_logger(__name__)
asking = threading.Lock()  # one thread of this process asks shops


@shared_task(name="licensing.process_events")
def process_events() -> None:
    """Make of notifications what they tell. Shops' APIs are asked beside this worker's tasks: mails must not wait for
    one that hangs. A process that ends meanwhile leaves its events to their leases."""
    process_due(asking=False, seconds=TURN_SECONDS)
    if are_due(asking=False):
        nudge()
    if are_due(asking=True) and asking.acquire(blocking=False):
        threading.Thread(target=ask_and_let_go, name="shops", daemon=True).start()


def ask_and_let_go() -> None:
    try:
        process_due(asking=True)
    except Exception:  # a thread's error reaches nobody else; the next run tries again
        log.exception("shops_not_asked")
    finally:
        connections.close_all()
        asking.release()


@shared_task(name="licensing.sweep_events")
def sweep_events() -> None:
    """Events whose order has come meanwhile, by a file say, and keys that a killed worker left to be given."""
    look_again()
    serve_left(now=timezone.now())


@shared_task(name="licensing.confirm_events")
def confirm_events() -> None:
    """Events that nobody signed, where a file or a signed notification may have said the same meanwhile."""
    look_for_confirmation()


@shared_task(name="licensing.chain_audit")
def chain_audit() -> None:
    """Link the entries of the audit trail that a killed process left without their place in the chain."""
    chain()


@shared_task(name="licensing.log_audit_head")
def log_audit_head() -> None:
    """Where the trail ends today, in the log, which somebody else keeps: an end that is cut off later is noticed."""
    last = head()
    log.info("audit_head", number=last.number, digest=last.digest.hex())
