"""Celery's part: wake-ups and housekeeping. Arguments are row ids at most, never addresses or keys."""

import threading
from typing import Final

import structlog
from celery import current_app, shared_task
from django.conf import settings
from django.db import connections
from django.utils import timezone
from django.utils.module_loading import import_string

from licensing.keys import retired
from licensing.keys.signing import NoSigningKey
from licensing.keys.sources import orders
from licensing.keys.waiting import serve_waiting
from licensing.models import Edition, KeySource
from recovery.exchange.stock import tell_of_low_stock
from recovery.figures.run import count_figures as count
from recovery.journeys.effect_owner_changes import (
    gather_stragglers,
    give_up_unproven,
    take_effect_of_due,
)
from recovery.journeys.exchange_waiting import complete_waiting, give_what_generators_make
from recovery.journeys.promised_keys import mail_promised_keys
from recovery.mail import deliver
from recovery.models import WorkerPulse
from recovery.outgoing_tasks import deliver_events
from recovery.retention import forget

__all__ = [
    "ask_generators",
    "change_owners",
    "complete_moves",
    "count_figures",
    "deliver_due",
    "deliver_events",
    "forget_old",
    "mail_promised_keys_that_came",
    "refresh_retired_list",
    "serve_licenses",
]

COUNTING: Final = "recovery.count_figures"
SLICE, EMBEDDED_SLICE = 20.0, 1.0  # seconds; in the embedded mode the same worker sends the mails

log = structlog.get_logger(__name__)
asking = threading.Lock()  # one thread of this process asks generators


@shared_task(name="recovery.deliver_due")
def deliver_due() -> None:
    """Send what the outbox holds. Any number of these may run, at once or again: the leases sort it out."""
    WorkerPulse.beat()
    deliver.deliver_due(import_string(settings.MAIL_TRANSPORT))


@shared_task(name="recovery.forget_old")
def forget_old() -> None:
    """Drop what is no longer needed of old requests, mails and counters."""
    forget()


@shared_task(name="recovery.complete_moves")
def complete_moves() -> None:
    """Moves that wait are done where a key is there now; support learns of pools that run low."""
    complete_waiting(now=timezone.now())
    tell_of_low_stock(now=timezone.now())


@shared_task(name="recovery.change_owners")
def change_owners() -> None:
    """Approved changes of owner whose waiting period is over take effect."""
    give_up_unproven()
    take_effect_of_due()
    gather_stragglers()


@shared_task(name="recovery.mail_promised_keys")
def mail_promised_keys_that_came() -> None:
    """Who was told by a shop that the key follows by mail gets it, once there is one."""
    mail_promised_keys(now=timezone.now())


@shared_task(name="recovery.ask_generators")
def ask_generators() -> None:
    """Ask vendors' generators for keys, beside this worker's tasks: mails must not wait for one that hangs.

    A process that ends meanwhile leaves its orders to their leases, and they are asked again under the same id.
    """
    if orders.are_due(now=timezone.now()) and asking.acquire(blocking=False):
        threading.Thread(target=ask_and_let_go, name="generators", daemon=True).start()


def ask_and_let_go() -> None:
    try:
        give_what_generators_make(now=timezone.now())
    except Exception:  # a thread's error reaches nobody else; the next run tries again
        log.exception("generators_not_asked")
    finally:
        connections.close_all()
        asking.release()


@shared_task(name="recovery.serve_licenses")
def serve_licenses() -> None:
    """Licenses whose source was not ready when they were bought; pools serve as soon as they are filled."""
    serve_waiting(Edition.objects.exclude(key_source=KeySource.POOL), now=timezone.now())


@shared_task(name="recovery.refresh_retired_list")
def refresh_retired_list() -> None:
    try:
        retired.refresh(now=timezone.now())
    except NoSigningKey as problem:
        log.error("retired_list_not_signed", problem=str(problem))


@shared_task(name=COUNTING)
def count_figures() -> None:
    """A slice of the counting for the console's first page; the rest in the next. In the worker for files: no mail
    waits for it."""
    done = count(now=timezone.now(), seconds=EMBEDDED_SLICE if settings.EMBEDDED else SLICE)
    if not done:
        count_on()


def count_on() -> None:
    """A wake-up that is lost is made good by beat."""
    try:
        current_app.send_task(COUNTING, retry=False, expires=60)
    except Exception as error:  # whatever the broker's client raises
        log.warning("nudge_lost", error=type(error).__name__)
