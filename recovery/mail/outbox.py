"""Writing to the outbox, and reading the truth about a mail from it."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model

from licensing.models import KeyAsk
from recovery.mail.nudge import nudge
from recovery.models import Message, MessageKind, MessageState, OwnerChange, RecoveryRequest, Wording


class MailState(StrEnum):
    """The truth about a mail, in four states that are the same for known and unknown addresses."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHHELD = "withheld"


PLAIN = {
    MessageState.WAITING: MailState.WAITING,
    MessageState.SENDING: MailState.WAITING,
    MessageState.ACCEPTED: MailState.ACCEPTED,
    MessageState.REFUSED: MailState.REFUSED,
    MessageState.WITHHELD: MailState.WITHHELD,
}


def promise(
    kind: MessageKind,
    request: RecoveryRequest,
    *,
    ask: KeyAsk | None = None,
    change: OwnerChange | None = None,
    about: str = "",
) -> Message:
    """Promise a mail, in the caller's transaction; a worker is woken once that has committed.

    `ask`: the shop's request whose key it brings. `change`, `about`: the change of owner and which step of it it tells.
    """
    message = Message.objects.create(kind=kind, request=request, ask=ask, change=change, about=about)
    transaction.on_commit(lambda: nudge(), robust=True)
    return message


def promise_to_new(kind: MessageKind, request: RecoveryRequest) -> Message:
    """Store a request that is not stored yet, and the promise of its mail: both or neither, in one round trip where
    the database can, since this is what every visitor in a rush waits for."""
    message = Message(kind=kind, request=request)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(insert_both(), [*values_of(request), *values_of(message)])
            request.created_at, message.created_at = cursor.fetchone()
        message.due_at = message.created_at
        request._state.adding = message._state.adding = False
    else:
        with transaction.atomic():
            request.save(force_insert=True)
            message.save(force_insert=True)
    transaction.on_commit(lambda: nudge(), robust=True)
    return message


@cache
def insert_both() -> str:
    """What the database has defaults for, the times, is left to it: the statement's own for both rows."""
    asked, promised = insert_into(RecoveryRequest), insert_into(Message)
    return (
        f"WITH asked AS ({asked} RETURNING created_at)"  # noqa: S608 - see insert_into
        f" {promised} RETURNING (SELECT created_at FROM asked), created_at"
    )


def insert_into(model: type[Model]) -> str:
    columns = [str(field.column) for field in stored(model)]
    # Names from our own models; what comes from outside is a parameter.
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608


def stored(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not field.has_db_default()]


def values_of(row: Model) -> list[Any]:
    return [getattr(row, field.attname) for field in stored(type(row))]


def alert(about: str) -> Message:
    """Promise a mail to support, in the caller's transaction; `about` is a word or a domain, never an address."""
    message = Message.objects.create(kind=MessageKind.ALERT, about=about)
    transaction.on_commit(lambda: nudge(), robust=True)
    return message


def promise_test(wording: Wording, *, person: int) -> Message:
    """Promise a mail in that text to one of the staff, in the caller's transaction."""
    message = Message.objects.create(kind=MessageKind.TEST, wording=wording, about=str(person))
    transaction.on_commit(lambda: nudge(), robust=True)
    return message


def state_of(request: RecoveryRequest, *, kind: MessageKind) -> MailState:
    """What became of the request's latest mail of that kind."""
    state = request.messages.filter(kind=kind).values_list("state", flat=True).first()
    return PLAIN[MessageState(state)] if state else MailState.WAITING
