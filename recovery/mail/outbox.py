"""Writing to the outbox, and reading the truth about a mail from it."""

from enum import StrEnum

from django.db import transaction

from recovery.mail.nudge import nudge
from recovery.models import Message, MessageKind, MessageState, RecoveryRequest


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


def promise(kind: MessageKind, request: RecoveryRequest) -> Message:
    """Promise a mail, in the caller's transaction; a worker is woken once that has committed."""
    message = Message.objects.create(kind=kind, request=request)
    transaction.on_commit(lambda: nudge(), robust=True)
    return message


def alert(about: str) -> Message:
    """Promise a mail to support, in the caller's transaction; `about` is a word or a domain, never an address."""
    message = Message.objects.create(kind=MessageKind.ALERT, about=about)
    transaction.on_commit(lambda: nudge(), robust=True)
    return message


def state_of(request: RecoveryRequest, *, kind: MessageKind) -> MailState:
    """What became of the request's latest mail of that kind."""
    state = request.messages.filter(kind=kind).values_list("state", flat=True).first()
    return PLAIN[MessageState(state)] if state else MailState.WAITING
