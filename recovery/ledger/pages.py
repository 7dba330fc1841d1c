"""Pages that cost the same however far in they are: each begins below the last key of the one before."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from licensing.console.search import first_id_at

MOST: Final = 100
USUAL: Final = 50
Row = TypeVar("Row", bound=Model)


class BadCursor(Exception):
    """Not one that a page of ours gave."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of those that come after them; empty on the last page."""

    rows: list[Row]
    next: str


@dataclass(frozen=True)
class Window:
    """Which part of a list: after that cursor, and recorded in that time. Ids begin with the time they were made at."""

    limit: int = USUAL
    cursor: str = ""
    since: datetime | None = None
    before: datetime | None = None

    def page(self, rows: QuerySet[Row]) -> Page[Row]:
        """One query, and those of what is prefetched. Raises `BadCursor`."""
        found = list(self.narrowed(rows).order_by("-pk")[: self.limit + 1])
        shown = found[: self.limit]
        return Page(shown, cursor_of(shown[-1].pk) if len(found) > self.limit else "")

    def narrowed(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        bounds: dict[str, Any] = {}
        if self.since:
            bounds["pk__gte"] = id_at(self.since)
        ends = [id_at(self.before)] if self.before else []
        ends += [read(self.cursor)] if self.cursor else []
        if ends:
            bounds["pk__lt"] = min(ends)
        return rows.filter(**bounds)


def id_at(moment: datetime) -> UUID:
    return first_id_at(moment) if moment.timestamp() > 0 else UUID(int=0)


def cursor_of(key: UUID) -> str:
    return urlsafe_b64encode(key.bytes).rstrip(b"=").decode()


def read(cursor: str) -> UUID:
    """Not signed: whoever makes one up gets rows that the list has in any case. Raises `BadCursor`."""
    try:
        key = urlsafe_b64decode(cursor.encode("ascii") + b"==")
    except (NotBase64, ValueError) as error:
        raise BadCursor from error
    if len(key) != 16 or cursor_of(UUID(bytes=key)) != cursor:
        raise BadCursor
    return UUID(bytes=key)
