"""Support asks back before it decides about a claim: by mail, to the new mailbox, which is proved.

What is asked is support's own words; nothing is looked up for it, and the customer's page shows nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from licensing.audit.trail import record
from recovery.claimed import Asked, Claimed, opened, sealed, tidy
from recovery.errors import AlreadyAsked, AskedEnough, NotRunning, ReasonNeeded
from recovery.models import ChangeState, MessageKind, OwnerChange
from recovery.models.owner_changes import MOST_QUESTIONS
from recovery.owners.notices import asked_in, tell

AWAITED: Final = timedelta(days=7)  # then the claim is support's again, answered or not


def ask_about_claim(change_id: UUID, *, by: str, text: str, now: datetime) -> OwnerChange:
    """The question goes out, and the claim waits for the answer, seven days at most by the database's clock.

    The same question twice in a row is a button pressed twice: it is asked once. Raises `ReasonNeeded` without words,
    `NotRunning` where nobody can answer or it is decided, `AskedEnough` and `AlreadyAsked`.
    """
    question = tidy("question", text)
    if not question:
        raise ReasonNeeded
    with transaction.atomic():
        change, claimed = undecided_claim(change_id)
        if claimed.question and claimed.question.question == question and is_awaited(change):
            return change
        if change.questions >= MOST_QUESTIONS:
            raise AskedEnough
        talk = (*claimed.talk, Asked(question, by, now.isoformat()))
        put(change, replace(claimed, talk=talk))
        told = {"number": len(talk)}
        record("owner_change.asked_back", by=by, row=change, reason=question, details=told)
        tell(
            change,
            MessageKind.ASKED,
            [change.new_address],
            step="asked",
            side=str(len(talk)),
            language=asked_in(change),
        )
    return change


def undecided_claim(change_id: UUID) -> tuple[OwnerChange, Claimed]:
    """The claim, held until the transaction ends, and what was typed. Raises `NotRunning`."""
    held = OwnerChange.objects.select_for_update(of=("self",)).select_related("request")
    change = held.filter(pk=change_id, state=ChangeState.OPEN).first()
    claimed = opened(change.claimed, change_id=change.pk) if change else None
    if change is None or claimed is None:
        raise NotRunning
    return change, claimed


def is_awaited(change: OwnerChange) -> bool:
    return OwnerChange.objects.with_the_customer().filter(pk=change.pk).exists()


def put(change: OwnerChange, claimed: Claimed) -> None:
    """Raises `AlreadyAsked` where the customer's answer is waited for."""
    free = OwnerChange.objects.undecided().filter(pk=change.pk)
    asked = free.update(
        claimed=sealed(claimed, change_id=change.pk),
        questions=len(claimed.talk),
        awaits_until=Now() + AWAITED,
    )
    if not asked:
        raise AlreadyAsked
    change.refresh_from_db()
