""" "That wasn't me": the reader of a mailbox stops requests for it, and can take that back."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from recovery.mail.outbox import promise
from recovery.models import Challenge, MessageKind, Mute, RecoveryRequest
from recovery.tokens import InvalidToken, check_token, row_named_by

MUTE_LIFE = timedelta(days=30)


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
        Mute.objects.filter(mailbox=request.mailbox, lifted_at=None, until__lte=Now()).update(lifted_at=Now())
        muted = Mute(mailbox=request.mailbox, request=request, until=Now() + MUTE_LIFE)
        Mute.objects.bulk_create([muted], ignore_conflicts=True)
        end_what_is_open(request)
        if Mute.objects.filter(pk=muted.pk).exists():
            promise(MessageKind.MUTED, request)


def end_what_is_open(request: RecoveryRequest) -> None:
    same_mailbox = RecoveryRequest.objects.filter(mailbox=request.mailbox)
    Challenge.objects.live().filter(request__in=same_mailbox).update(expires_at=Now())
    same_mailbox.with_open_view().update(view_ends_at=Now())


def check_unmute(token: str) -> UUID:
    """The mute that the token takes back. Raises `InvalidToken`."""
    check_token("unmute", token)
    return row_named_by(token)


def unmute(token: str) -> None:
    """Requests are served again; harmless when they already are. Raises `InvalidToken`."""
    Mute.objects.filter(pk=check_unmute(token), lifted_at=None).update(lifted_at=Now())
