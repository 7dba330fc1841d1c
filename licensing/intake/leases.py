"""Who works on an uploaded file: claimed for a while, by the database's clock, and claimed again by whoever finds that
the while is over.

A lease only keeps two from doing the same work. That nothing is done twice is seen to by the rows themselves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from licensing.models import ImportRun, ImportState

LEASE: Final = timedelta(seconds=45)  # longer than a chunk takes on a slow disk
WORK: Final = (ImportState.STAGING, ImportState.STAGED, ImportState.APPLYING)


class TakenOver(Exception):
    """The run was paused, changed, or is worked on by another process. There is nothing to do here any more."""


def waiting() -> QuerySet[ImportRun]:
    """Uploaded files with work left that nobody does, the oldest first. A tried one waits for a person."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    tried = Q(dry_run=True, state=ImportState.STAGED, finished_at__isnull=False)
    runs = ImportRun.objects.filter(free, uploaded=True, paused=False, state__in=WORK)
    return runs.exclude(tried).order_by("id")


def claim() -> ImportRun | None:
    """The next file to work on, for the time of a lease; None if there is none."""
    for pk in list(waiting().values_list("pk", flat=True)[:10]):
        if waiting().filter(pk=pk).order_by().update(lease_until=Now() + LEASE):
            return ImportRun.objects.select_related("store").get(pk=pk)
    return None


def renewed(run: ImportRun) -> dict[str, Any]:
    """What an update of the run says besides, so that the lease goes on; files of the command line have none."""
    return {"lease_until": Now() + LEASE} if run.uploaded else {}


def let_go(run: ImportRun) -> None:
    """Others may take it at once."""
    ImportRun.objects.filter(pk=run.pk).update(lease_until=None)
