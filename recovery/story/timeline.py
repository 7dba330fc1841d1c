"""One line of time through everything that is on file of a customer, newest first, in one query for a page of it.

Every kind of row gives the same columns: when, which row, what happened, and three texts to tell it by. The database
joins them and cuts out a page that begins behind a place (a moment and an id), so page a thousand costs what the first
does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import CharField, F, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from licensing.models import Case, CodeReveal, CustomerNote, License, Purchase, RefundMark
from recovery.models import Exchange, Message, Mute, Origin, OwnerChange, RecoveryRequest, Suppression


class Kind(StrEnum):
    REQUEST = "requests"
    MAIL = "mails"
    MOVE = "moves"
    ORDER = "orders"
    REFUND = "refunds"
    BLOCK = "blocks"
    CASE = "cases"
    OWNER = "owners"
    NOTE = "notes"
    LOOK = "looks"


class Entry(NamedTuple):
    """Something that happened, and three texts to tell it by; what they are depends on `what`."""

    at: datetime
    row: UUID
    what: str
    one: str
    two: str
    three: str

    @property
    def source(self) -> Source:
        return BY_NAME[self.what]

    @property
    def place(self) -> str:
        """Where the next page begins when this entry was the last of one."""
        return f"{self.at.isoformat()}~{self.row}"


class Place(NamedTuple):
    """Between two entries: after everything of this moment that has a larger id."""

    at: datetime
    row: UUID


def place_of(text: str) -> Place | None:
    """What `Entry.place` wrote; None for anything else, which begins at the newest."""
    at, _, row = text.partition("~")
    try:
        found = Place(datetime.fromisoformat(at), UUID(row))
    except ValueError:
        return None
    return found if found.at.tzinfo else None


class Whose(NamedTuple):
    """Whose story it is: the customer, and the digests of their mailboxes."""

    customer_id: UUID
    boxes: tuple[bytes, ...]

    def owned(self, path: str) -> Q:
        return Q(**{path: self.customer_id})

    def mailed(self, path: str) -> Q:
        return Q(**{f"{path}__in": self.boxes})


@dataclass(frozen=True)
class Source:
    """One kind of row: its name in an entry, the column that says when it happened, and up to three texts."""

    what: str
    kind: Kind
    model: type[Model]
    at: str
    mine: Callable[[Whose], Q]
    texts: tuple[str | Concat, ...]

    def rows(self, whose: Whose, before: Place | None) -> QuerySet[Any]:
        rows = self.model._default_manager.filter(self.mine(whose), **{f"{self.at}__isnull": False})
        if before:
            earlier = Q(**{f"{self.at}__lt": before.at})
            rows = rows.filter(earlier | Q(**{self.at: before.at, "pk__lt": before.row}))
        texts = [Cast(F(each) if isinstance(each, str) else each, TextField()) for each in self.texts]
        texts += [Cast(Value(""), TextField())] * (3 - len(texts))
        columns = {
            "t_at": F(self.at),
            "t_row": F("pk"),
            "t_what": Value(self.what, CharField()),
            **dict(zip(("t_one", "t_two", "t_three"), texts, strict=True)),
        }
        found: QuerySet[Any, Any] = rows.order_by().annotate(**columns).values_list(*columns)
        return found


SOURCES: Final = (
    Source(
        "asked",
        Kind.REQUEST,
        RecoveryRequest,
        "created_at",
        # What brought a mail of ours by itself is told by that mail.
        lambda whose: whose.mailed("mailbox") & ~Q(origin=Origin.SERVICE),
        ("origin", "address"),
    ),
    Source(
        "proved",
        Kind.REQUEST,
        RecoveryRequest,
        "verified_at",
        lambda whose: whose.mailed("mailbox"),
        ("address",),
    ),
    Source(
        "mail",
        Kind.MAIL,
        Message,
        "created_at",
        lambda whose: whose.mailed("request__mailbox"),
        (Concat("kind", Value(" "), "about"), "state", "reply"),
    ),
    Source(
        "move",
        Kind.MOVE,
        Exchange,
        "asked_at",
        lambda whose: whose.owned("license__owner"),
        ("kind", "state", "by"),
    ),
    Source("order", Kind.ORDER, Purchase, "ordered_at", lambda whose: whose.owned("buyer"), ("reference",)),
    Source(
        "refunded", Kind.REFUND, Purchase, "refunded_at", lambda whose: whose.owned("buyer"), ("reference",)
    ),
    Source(
        "marked",
        Kind.REFUND,
        RefundMark,
        "at",
        lambda whose: whose.owned("purchase__buyer"),
        ("purchase__reference", "by", "reason"),
    ),
    Source(
        "unmarked",
        Kind.REFUND,
        RefundMark,
        "withdrawn_at",
        lambda whose: whose.owned("purchase__buyer"),
        ("purchase__reference", "withdrawn_by"),
    ),
    Source(
        "revoked",
        Kind.REFUND,
        License,
        "revoked_at",
        lambda whose: whose.owned("owner"),
        ("edition__sku", "revoked_reason"),
    ),
    Source("muted", Kind.BLOCK, Mute, "created_at", lambda whose: whose.mailed("mailbox"), ("by",)),
    Source("unmuted", Kind.BLOCK, Mute, "lifted_at", lambda whose: whose.mailed("mailbox"), ()),
    Source("dead", Kind.BLOCK, Suppression, "created_at", lambda whose: whose.mailed("mailbox"), ("reply",)),
    Source("alive", Kind.BLOCK, Suppression, "lifted_at", lambda whose: whose.mailed("mailbox"), ()),
    Source(
        "owner",
        Kind.OWNER,
        OwnerChange,
        "asked_at",
        lambda whose: whose.owned("customer") | whose.owned("other"),
        ("kind", "state", "asked_by"),
    ),
    Source("case", Kind.CASE, Case, "opened_at", lambda whose: whose.owned("customer"), ("kind",)),
    Source("settled", Kind.CASE, Case, "closed_at", lambda whose: whose.owned("customer"), ("kind",)),
    Source(
        "note", Kind.NOTE, CustomerNote, "written_at", lambda whose: whose.owned("customer"), ("by", "text")
    ),
    Source(
        "look",
        Kind.LOOK,
        CodeReveal,
        "at",
        lambda whose: whose.owned("license__owner"),
        ("by", "reason", "words"),
    ),
)
BY_NAME: Final = {each.what: each for each in SOURCES}


class Page(NamedTuple):
    """Entries, the newest first, and where the older ones begin; empty at the end."""

    entries: Sequence[Entry]
    older: str


def page_of_time(
    whose: Whose, *, kinds: Collection[Kind] = (), before: Place | None = None, most: int
) -> Page:
    """One page, in one query. `kinds`: only these."""
    wanted = [each.rows(whose, before) for each in SOURCES if not kinds or each.kind in kinds]
    rows = wanted[0].union(*wanted[1:], all=True) if len(wanted) > 1 else wanted[0]
    found = [Entry(*row) for row in rows.order_by("-t_at", "-t_row")[: most + 1]]
    entries = found[:most]
    return Page(entries, entries[-1].place if len(found) > most else "")
