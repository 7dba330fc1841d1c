"""The list as it is handed out: whole, or as the changes since an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Length

from licensing.keys.retired_document import Changes, Issue, changes_text, envelope
from licensing.keys.signing import current_key, sign
from licensing.models import RetiredCode, RetiredList, SigningKey, SigningPurpose

MOST_CHANGES: Final = (
    10_000  # about 110 kB; more are cheaper read as the whole list, which is stored ready-made
)


class NotIssued(Exception):
    """There is a key to sign with, but no list yet, or none whose key is still in use: the next refresh makes one."""


class WholeListNeeded(Exception):
    """The changes since that list are not to be had: too many, or the asker knows a list that we do not."""


@dataclass(frozen=True, slots=True)
class State:
    """What identifies the list at hand; `size` is its document's, in octets."""

    sequence: int
    issued_at: datetime
    expires_at: datetime
    digest: str
    signed_by: str
    size: int

    @property
    def tag(self) -> str:
        """Changes whenever a byte of the document does."""
        return f"{self.sequence}-{self.digest[:24]}-{self.signed_by}"


FIELDS: Final = ("sequence", "issued_at", "expires_at", "digest", "signed_by", "size")


def current() -> State:
    """The list at hand, without its document. Raises `NoSigningKey` or `NotIssued`."""
    row = in_force().values(*FIELDS).first()
    if row is None:
        current_key(SigningPurpose.RETIRED)
        raise NotIssued
    return State(**row)


def in_force() -> QuerySet[RetiredList, RetiredList]:
    """What a withdrawn key has signed is handed out no more."""
    usable = SigningKey.objects.filter(
        name=OuterRef("signed_by"), purpose=SigningPurpose.RETIRED, withdrawn_at=None
    )
    return RetiredList.objects.filter(Exists(usable)).annotate(size=Length("document"))


@lru_cache(maxsize=1)
def document(state: State) -> tuple[State, bytes]:
    """The whole list; of a newer state, if it was issued meanwhile. Each process keeps one in memory.

    Raises `NotIssued`.
    """
    row: dict[str, Any] | None = in_force().values(*FIELDS, "document").first()
    if row is None:
        raise NotIssued
    octets = bytes(row.pop("document"))
    return State(**row), octets


@lru_cache(maxsize=64)
def changes(state: State, since: int) -> bytes:
    """The signed changes that lead from the list of that sequence to this one.

    A number that was never issued gets an answer, too: its digest tells the asker that it does not fit. Raises
    `WholeListNeeded` or `NoSigningKey`.
    """
    rows = changes_of(state, since)
    made: Changes = {}
    for sku, mark, listed in rows:
        added, removed = made.setdefault(sku, ([], []))
        (added if listed else removed).append(mark)
    this = Issue(state.sequence, state.issued_at, state.expires_at)
    signed = changes_text(this, since=since, changes=made, digest=state.digest)
    key, signature = sign(SigningPurpose.RETIRED, signed.encode())
    return envelope(signed, key=key, signature=signature)


def changes_of(state: State, since: int) -> list[tuple[str, bytes, bool]]:
    """One statement, so one moment: where it sees a later change, `state` is over, and no list to lead to."""
    later = RetiredCode.objects.filter(sequence__gt=since).order_by()
    found = later.values_list("key__edition__sku", "fingerprint", "listed", "sequence")[: MOST_CHANGES + 1]
    rows = [(sku, bytes(mark), listed, sequence) for sku, mark, listed, sequence in found]
    superseded = any(row[3] > state.sequence for row in rows)
    if since > state.sequence or len(rows) > MOST_CHANGES or superseded:
        raise WholeListNeeded
    return [row[:3] for row in rows]
