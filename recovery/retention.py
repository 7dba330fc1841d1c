"""What is forgotten, and when: personal data is kept no longer than the job needs it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.db.models.functions import Now

from licensing.models import ImportRow, ImportRun, ImportState
from recovery.limits import DAY
from recovery.models import Allowance, Message, Mute, RecoveryRequest

AT_ONCE = 500


def forget() -> None:
    """Delete requests (with their challenges and mails), alerts, mutes and counters that are older than useful."""
    kept = timedelta(days=settings.RETENTION_DAYS)
    delete_in_steps(RecoveryRequest.objects.filter(created_at__lt=Now() - kept))
    delete_in_steps(Message.objects.filter(request=None, created_at__lt=Now() - kept))
    delete_in_steps(Mute.objects.filter(until__lt=Now() - kept))
    delete_in_steps(Allowance.objects.filter(touched_at__lt=Now() - 2 * DAY))
    forget_abandoned_files()


def forget_abandoned_files() -> None:
    """What a reading left behind that was killed a day ago: nothing of it can be resumed, and it holds orders."""
    abandoned = ImportRun.objects.filter(state=ImportState.STAGING, started_at__lt=Now() - DAY)
    delete_in_steps(ImportRow.objects.filter(run__in=abandoned))
    delete_in_steps(abandoned)


def delete_in_steps(rows: QuerySet[Any, Any]) -> None:
    """Short transactions, so that nobody waits for the housekeeping."""
    model: type[Model] = rows.model
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        model._default_manager.filter(pk__in=ids).delete()
