"""The customer answers what support asked about a claim: in the browser that proved the new mailbox, or in one that
proves it again by the link in the mail with the question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction

from licensing.audit.trail import record
from recovery.claimed import Asked, Claimed, opened, sealed, tidy
from recovery.errors import NothingWritten, NotYours, Used
from recovery.mail.claim_questions import PURPOSE, mark_of
from recovery.mail.outbox import alert
from recovery.models import ChangeState, OwnerChange
from recovery.tokens import InvalidToken, check_token, digest_of, new_browser_secret, row_named_by

MAY_ADD: Final = ("order", "code")  # where they were left empty


@dataclass(frozen=True)
class Seen:
    """What the customer's own page shows: the claim's state, what was asked and answered, what may still be added."""

    change: OwnerChange
    talk: tuple[Asked, ...] = ()
    question: Asked | None = None
    may_add: tuple[str, ...] = ()


def claim_of(secret: str) -> Seen:
    """The claim that this browser proved the new mailbox of. Raises `NotYours`."""
    change = OwnerChange.objects.select_related("request").filter(browser_digest=digest_of(secret)).first()
    if change is None:
        raise NotYours
    claimed = opened(change.claimed, change_id=change.pk)
    if claimed is None or change.state != ChangeState.OPEN:
        return Seen(change)
    answered = tuple(each for each in claimed.talk if each.is_answered)
    return Seen(change, answered, claimed.question, left_empty(claimed) if claimed.question else ())


def left_empty(claimed: Claimed) -> tuple[str, ...]:
    return tuple(name for name in MAY_ADD if not getattr(claimed, name))


def answer(secret: str, *, typed: dict[str, str], now: datetime) -> OwnerChange:
    """The answer, and the order and code that were left empty, go to support, who is told.

    `typed`: text, order, code; nothing of it is looked up. Raises `NotYours`, `NothingWritten`, and `Used` where
    nothing is asked any more, as when the button was pressed twice.
    """
    with transaction.atomic():
        held = OwnerChange.objects.select_for_update().filter(browser_digest=digest_of(secret))
        change = held.first()
        if change is None:
            raise NotYours
        claimed = opened(change.claimed, change_id=change.pk)
        if claimed is None or claimed.question is None or change.state != ChangeState.OPEN:
            raise Used
        added = {name: tidy(name, typed.get(name, "")) for name in left_empty(claimed)}
        text = tidy("text", typed.get("text", ""))
        if not text and not any(added.values()):
            raise NothingWritten
        keep(change, answered(claimed, text, added, now=now))
        told = {"fields": [name for name, value in {"text": text, **added}.items() if value]}
        record("owner_change.answered", by="", row=change, details=told)
        alert(f"claim-answered {change.pk}")
    return change


def answered(claimed: Claimed, text: str, added: dict[str, str], *, now: datetime) -> Claimed:
    last = replace(claimed.talk[-1], answer=text, answered_at=now.isoformat())
    return replace(claimed, talk=(*claimed.talk[:-1], last), **added)


def keep(change: OwnerChange, claimed: Claimed) -> None:
    change.claimed, change.awaits_until = sealed(claimed, change_id=change.pk), None
    change.save(update_fields=["claimed", "awaits_until"])


def asked_by_link(token: str) -> OwnerChange:
    """The claim whose question the link was mailed with; changes nothing.

    Raises `InvalidToken`, and `Used` where that question is answered, or the claim decided.
    """
    change = OwnerChange.objects.filter(pk=row_named_by(token)).first()
    if change is None:
        raise InvalidToken
    number = number_of(token, change)
    claimed = opened(change.claimed, change_id=change.pk)
    open_one = claimed is not None and claimed.question is not None and number == len(claimed.talk)
    if not open_one or change.state != ChangeState.OPEN:
        raise Used
    return change


def number_of(token: str, change: OwnerChange) -> int:
    """Which question the link came with. Raises `InvalidToken`."""
    for number in range(1, change.questions + 1):
        try:
            check_token(PURPOSE, token, mark_of(number))
        except InvalidToken:
            continue
        return number
    raise InvalidToken


def prove_again(token: str) -> str:
    """Whoever pressed the button reads the new mailbox: their browser shows the claim from now on, by this secret.

    Raises `InvalidToken`, `Used`.
    """
    change, secret = asked_by_link(token), new_browser_secret()
    still = OwnerChange.objects.filter(pk=change.pk, state=ChangeState.OPEN)
    if not still.update(browser_digest=digest_of(secret)):
        raise Used
    return secret
