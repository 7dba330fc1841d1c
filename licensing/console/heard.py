"""When a connection was last heard, and which have fallen silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.timesince import timesince

from licensing.console.cells import state, timed
from licensing.models import Connection

SILENT_AFTER: Final = timedelta(days=7)  # a shop that sold before and says nothing for a week may be cut off


def silent(*, now: datetime) -> QuerySet[Connection]:
    """Connections that had been heard from, and are not for a week. One that was never used is not among them."""
    return Connection.objects.filter(active=True, heard_at__lt=now - SILENT_AFTER)


def heard_words(connection: Connection, *, now: datetime) -> str:
    """`3 minutes ago`, `never`; with a mark where that is unusually long ago."""
    heard = connection.heard_at
    if heard is None:
        return state("never", "off")
    words = timed(heard, ago(heard, now=now))
    is_silent = connection.active and heard < now - SILENT_AFTER
    return words + state("silent", "wait") if is_silent else words


def ago(moment: datetime, *, now: datetime) -> str:
    """In whole units: `just now`, `3 minutes ago`, `2 weeks ago`."""
    if now - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, now, depth=1)} ago".replace("\xa0", " ")
