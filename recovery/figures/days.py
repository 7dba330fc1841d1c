"""Days as they are counted: in UTC, whatever the vendor's clock says, so that a day is the same for everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet

from licensing.console.search import first_id_at

DAY: Final = timedelta(days=1)
LONGEST: Final = 366  # days that the pages look back
SUPPORT_HAS: Final = timedelta(days=7)  # in which support may have to do with a request
SETTLED_AFTER: Final = SUPPORT_HAS + DAY  # then nothing of a day changes any more
SLACK: Final = timedelta(days=1)  # between clocks of hosts: a row's id is made by one of them


def today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def begins(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def ends(day: date) -> datetime:
    return begins(day + DAY)


def is_kept(day: date, *, now: datetime) -> bool:
    """Whether requests and mails of the whole day are still there: see `retention.py`. An hour early, to be sure."""
    return begins(day) > now - timedelta(days=settings.RETENTION_DAYS) + timedelta(hours=1)


def made_on(rows: QuerySet[Any], day: date, *, at: str = "created_at") -> QuerySet[Any]:
    """Rows of that day by their time; by their id as well, whose index leaves out all other days."""
    begin, end = begins(day), ends(day)
    ids = {"pk__gte": first_id_at(begin - SLACK), "pk__lt": first_id_at(end + SLACK)}
    return rows.order_by().filter(**ids, **{f"{at}__gte": begin, f"{at}__lt": end})
