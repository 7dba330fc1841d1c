""" "That wasn't me": the reader of a mailbox stops requests for it, and can take that back."""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Subquery
from django.db.models.functions import Now

from recovery.errors import Used
from recovery.mail.outbox import promise
from recovery.mail.silence import MUTE_LIFE, mute_of, silence
from recovery.models import Message, MessageKind, Mute, RecoveryRequest
from recovery.tokens import InvalidToken, check_token, row_named_by

__all__ = ["MUTE_LIFE", "check_mute", "check_unmute", "mute", "unmute"]


def check_mute(token: str) -> RecoveryRequest:
    """The request that the token was mailed for. Raises `InvalidToken` (also when it is so old that the request is
    forgotten), and `Used` when the link has done its work."""
    check_token("not-me", token)
    request = RecoveryRequest.objects.filter(pk=row_named_by(token)).first()
    if request is None:
        raise InvalidToken
    if is_spent(request):
        raise Used
    return request


def is_spent(request: RecoveryRequest) -> bool:
    """A link mutes once, and not after somebody has lifted a mute of that mailbox since it was asked for: whoever
    holds an old mail, a list it was forwarded to say, must not be able to undo that for ever. While a mute lasts,
    every link may repeat what is so already."""
    mutes = Mute.objects.filter(mailbox=request.mailbox)
    lifted_since = Q(lifted_at__gte=request.created_at, lifted_at__lt=F("until"))
    over = mutes.filter(Q(request=request) | lifted_since)
    return over.exists() and not mutes.filter(lifted_at=None, until__gt=Now()).exists()


def mute(token: str) -> None:
    """No requests for that mailbox for 30 days; its open challenges and views end. Raises as `check_mute`.

    A confirmation, which carries the way back, is promised once, not again while the mute lasts; also where the
    mailbox was muted without one, after a complaint.
    """
    request = check_mute(token)
    with transaction.atomic():
        if silence(request) or not is_confirmed(request):
            promise(MessageKind.MUTED, request)


def is_confirmed(request: RecoveryRequest) -> bool:
    """Whether a confirmation of the mailbox's present mute was promised, or is not to be: one that support has set is
    taken back by mail only where they wanted that."""
    standing = mute_of(bytes(request.mailbox))
    if standing and standing.by:
        return True
    since = Mute.objects.filter(mailbox=request.mailbox, lifted_at=None).values("created_at")
    same = Message.objects.filter(kind=MessageKind.MUTED, request__mailbox=request.mailbox)
    return same.filter(created_at__gte=Subquery(since[:1])).exists()


def check_unmute(token: str) -> UUID:
    """The mute that the token takes back. Raises `InvalidToken`."""
    check_token("unmute", token)
    return row_named_by(token)


def unmute(token: str) -> None:
    """Requests are served again; harmless when they already are. Raises `InvalidToken`."""
    Mute.objects.filter(pk=check_unmute(token), lifted_at=None).update(lifted_at=Now())
