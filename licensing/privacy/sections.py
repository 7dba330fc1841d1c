"""The shape in which a person is told what is held of them: for people and for programs alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

T = TypeVar("T")
Row = dict[str, Any]  # texts, numbers, yes and no, moments, None, and lists of further rows

MOST: Final = 10_000  # rows of one kind; a section with more says so
MASK: Final = "…"


@dataclass(frozen=True)
class Section:
    """One kind of data: its rows, what it is, why it is held and for how long. `more`: not all of them are here."""

    key: str
    title: str
    why: str
    kept: str
    rows: list[Row]
    more: bool = False


@dataclass(frozen=True)
class Asked:
    """`codes`: whether codes, and what shops sent, are written out; not where support takes the export. `from_others`:
    orders and licenses that somebody else had before: what was said and written of these is about them."""

    codes: bool
    from_others: frozenset[UUID] = frozenset()


def section(key: str, title: str, *, why: str, kept: str, rows: Iterable[Row]) -> Section:
    found = list(islice(rows, MOST + 1))
    return Section(key, title, why, kept, found[:MOST], more=len(found) > MOST)


def moment(at: datetime | None) -> str | None:
    """RFC 3339, in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None
