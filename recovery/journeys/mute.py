""" "That wasn't me": the reader of a mailbox stops requests for it, and can take that back."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from recovery.mail.outbox import promise
from recovery.mail.silence import MUTE_LIFE, silence
from recovery.models import MessageKind, Mute, RecoveryRequest
from recovery.tokens import InvalidToken, check_token, row_named_by

__all__ = ["MUTE_LIFE", "check_mute", "check_unmute", "mute", "unmute"]


def check_mute(token: str) -> UUID:
    """The request that the token was mailed for. Raises `InvalidToken`."""
    check_token("not-me", token)
    return row_named_by(token)


def mute(token: str) -> None:
    """No requests for that mailbox for 30 days; its open challenges and views end. Raises `InvalidToken`.

    A confirmation, which carries the way back, is promised once, not again while the mute lasts.
    """
    request = RecoveryRequest.objects.filter(pk=check_mute(token)).first()
    if request is None:
        raise InvalidToken
    with transaction.atomic():
        if silence(request):
            promise(MessageKind.MUTED, request)


def check_unmute(token: str) -> UUID:
    """The mute that the token takes back. Raises `InvalidToken`."""
    check_token("unmute", token)
    return row_named_by(token)


def unmute(token: str) -> None:
    """Requests are served again; harmless when they already are. Raises `InvalidToken`."""
    Mute.objects.filter(pk=check_unmute(token), lifted_at=None).update(lifted_at=Now())
