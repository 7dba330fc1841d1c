"""Celery's part: wake-ups and housekeeping. Arguments are row ids at most, never addresses or keys."""

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from recovery.mail import deliver
from recovery.models import WorkerPulse
from recovery.retention import forget


@shared_task(name="recovery.deliver_due")
def deliver_due() -> None:
    """Send what the outbox holds. Any number of these may run, at once or again: the leases sort it out."""
    WorkerPulse.beat()
    deliver.deliver_due(import_string(settings.MAIL_TRANSPORT))


@shared_task(name="recovery.forget_old")
def forget_old() -> None:
    """Drop what is no longer needed of old requests, mails and counters."""
    forget()
