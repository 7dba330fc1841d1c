"""What is forgotten, and when: personal data is kept no longer than the job needs it."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from recovery.limits import DAY
from recovery.models import Allowance, Mute, RecoveryRequest


def forget() -> None:
    """Delete requests (with their challenges and mails), mutes and counters older than they are useful."""
    kept = timedelta(days=settings.RETENTION_DAYS)
    RecoveryRequest.objects.filter(created_at__lt=Now() - kept).delete()
    Mute.objects.filter(until__lt=Now() - kept).delete()
    Allowance.objects.filter(touched_at__lt=Now() - 2 * DAY).delete()
