"""Approval by a second person: a deed is asked for, decided on by somebody else, and then done once, exactly as asked.

Every step is one conditional UPDATE, its time the database's: of two who decide at once one wins, and what was approved
is done once.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from config.staff.models import Approval, ApprovalState
from licensing.addresses import reader_of
from licensing.audit.trail import record
from licensing.console.search import can_be_stored
from licensing.console.second_person import Mark

LASTS: Final = timedelta(hours=24)
KEPT: Final = timedelta(days=30)
LEFT_OUT: Final = {"csrfmiddlewaretoken"}
LONGEST: Final = 500


class NotYours(Exception):
    """Nobody approves a deed of their own, under whatever name."""


class TooLate(Exception):
    """It was decided meanwhile, or more than a day has passed."""


@dataclass(frozen=True)
class Asked:
    """A deed, to the last field of its form."""

    kind: str
    title: str
    method: str
    address: str
    fields: list[tuple[str, list[str]]]

    @classmethod
    def of(cls, request: HttpRequest, mark: Mark) -> Asked:
        """Raises `BadRequest` where something was sent that no column can hold: no form takes that either."""
        sent = request.POST if request.method == "POST" else {}
        if not all(can_be_stored(each) for name in sent for each in (name, *request.POST.getlist(name))):
            raise BadRequest("a character that no text has")
        fields = sorted((name, request.POST.getlist(name)) for name in sent if name not in LEFT_OUT)
        return cls(mark.kind.value, mark.title, str(request.method), request.get_full_path(), fields)

    @property
    def digest(self) -> bytes:
        """Another field, or another value, is another deed."""
        parts = [self.kind, self.method, self.address, [[name, values] for name, values in self.fields]]
        return hashlib.sha256(json.dumps(parts).encode()).digest()


def in_short(words: str) -> str:
    """As the columns take it."""
    return words.replace("\0", "")[:LONGEST]


def waiting() -> QuerySet[Approval]:
    return Approval.objects.filter(state=ApprovalState.WAITING, expires_at__gt=Now())


@transaction.atomic
def ask(asked: Asked, *, by: User, reason: str) -> Approval:
    """Somebody else is to decide within a day. Asked twice, it is the same question."""
    forget_old()
    mine = Approval.objects.filter(asked_by=by, digest=asked.digest, state=ApprovalState.WAITING)
    mine.filter(expires_at__lte=Now()).update(state=ApprovalState.LAPSED)
    approval = Approval(
        kind=asked.kind,
        title=asked.title,
        method=asked.method,
        address=asked.address,
        fields=asked.fields,
        digest=asked.digest,
        reason=in_short(reason),
        asked_by=by,
        expires_at=Now() + LASTS,
    )
    Approval.objects.bulk_create([approval], ignore_conflicts=True)
    kept = mine.get()
    if kept.pk == approval.pk:
        noted("approval.asked", kept, by=by, reason=reason)
    return kept


def approve(pk: UUID, *, by: User, note: str = "") -> Approval:
    """The deed may be done, once, within a day from now. Raises `NotYours`, `TooLate`."""
    return decide(pk, by=by, note=note, state=ApprovalState.GIVEN)


def decline(pk: UUID, *, by: User, note: str = "") -> Approval:
    """The deed is not done. Raises `NotYours`, `TooLate`."""
    return decide(pk, by=by, note=note, state=ApprovalState.DECLINED)


@transaction.atomic
def decide(pk: UUID, *, by: User, note: str, state: ApprovalState) -> Approval:
    approval = Approval.objects.select_related("asked_by").get(pk=pk)
    if is_same_person(approval.asked_by, by):
        raise NotYours
    decided = (
        waiting()
        .filter(pk=pk)
        .update(state=state, decided_by=by, decided_at=Now(), note=in_short(note), expires_at=Now() + LASTS)
    )
    if not decided:
        raise TooLate
    word = "given" if state == ApprovalState.GIVEN else "declined"
    noted(f"approval.{word}", approval, by=by, reason=note)
    approval.refresh_from_db()
    return approval


def answers_to(user: User) -> QuerySet[Approval]:
    """What somebody else decided on within a day and this person has not done yet."""
    decided = Approval.objects.filter(asked_by=user, state__in=[ApprovalState.GIVEN, ApprovalState.DECLINED])
    return decided.filter(expires_at__gt=Now()).select_related("decided_by")


def is_open(approval: Approval) -> bool:
    """Whether it can still be decided, or done."""
    undone = Approval.objects.filter(pk=approval.pk, state__in=[ApprovalState.WAITING, ApprovalState.GIVEN])
    return undone.filter(expires_at__gt=Now()).exists()


def is_same_person(one: User, other: User) -> bool:
    """A second account whose mail comes to the same mailbox is the same person."""
    return one.pk == other.pk or bool(one.email and reader_of(one.email) == reader_of(other.email))


@transaction.atomic
def use(asked: Asked, *, by: User) -> Approval | None:
    """The approval of this very deed, used up by this; None where there is none."""
    given = Approval.objects.filter(asked_by=by, digest=asked.digest, state=ApprovalState.GIVEN)
    for approval in given.filter(expires_at__gt=Now()):
        if given.filter(pk=approval.pk, expires_at__gt=Now()).update(state=ApprovalState.USED):
            noted("approval.used", approval, by=by)
            return approval
    return None


def give_back(approval: Approval) -> None:
    """The deed was refused: nothing was done with the approval."""
    Approval.objects.filter(pk=approval.pk, state=ApprovalState.USED).update(state=ApprovalState.GIVEN)


def noted(action: str, approval: Approval, *, by: User, reason: str = "") -> None:
    about: dict[str, Any] = {
        "deed": approval.title,
        "kind": approval.kind,
        "asked_by": str(approval.asked_by),
    }
    record(action, by=by.get_username(), row=approval, reason=reason, details=about)


def forget_old() -> None:
    """What was asked more than a month ago stands in the audit trail only."""
    Approval.objects.filter(asked_at__lt=Now() - KEPT).delete()
