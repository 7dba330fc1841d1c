"""What is recent enough to need a person still."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from licensing.models import ImportRun, ImportState

LATELY: Final = timedelta(days=7)


def unread_files(*, now: datetime) -> QuerySet[ImportRun]:
    """Files that could not be read, and that somebody may still want to send again."""
    return ImportRun.objects.filter(state=ImportState.FAILED, started_at__gt=now - LATELY)
