"""A customer asks: one row for the request, one for the mail, whatever the address."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import Now

from licensing.addresses import canonical
from recovery.errors import NotYours, TooSoon, Used
from recovery.limits import address_digest, network_digest, wider_network_digest
from recovery.mail.outbox import MailState, promise, promise_to_new, state_of
from recovery.models import CODE_TRIES, Message, MessageKind, MessageState, Origin, RecoveryRequest
from recovery.tokens import digest_of

RESEND_AFTER: Final = timedelta(minutes=1)  # a mail takes seconds; who asks at once has not looked yet
ON_ITS_WAY: Final = (MessageState.WAITING, MessageState.SENDING)


class RequestState(StrEnum):
    """What may still be done with a request; the same for known and unknown addresses."""

    OPEN = "open"  # its code may be typed, or will come
    PROVED = "proved"
    OVER = "over"  # no code of it works any more: too old, or tried too often


def ask(*, typed: str, browser: str, ip: str, language: str) -> RecoveryRequest:
    """Note the request and promise a mail. Raises `AddressError` when what was typed is not one address.

    Nothing about the address is looked up here: every address does the same work and gets the same answer.
    """
    address = canonical(typed, smtputf8=settings.SMTPUTF8)
    request = RecoveryRequest(
        address=address,
        mailbox=address_digest(address),
        network=network_digest(ip),
        wider_network=wider_network_digest(ip),
        browser_digest=digest_of(browser),
        language=language,
    )
    promise_to_new(MessageKind.CHALLENGE, request)
    return request


def asked_in(browser: str, request_id: UUID) -> RecoveryRequest:
    """As `request_of`, also of a request that proves a new mailbox: to see what became of its mail."""
    try:
        return RecoveryRequest.objects.get(pk=request_id, browser_digest=digest_of(browser))
    except RecoveryRequest.DoesNotExist as error:
        raise NotYours from error


def request_of(request_id: UUID, *, browser: str) -> RecoveryRequest:
    """The request, for the browser that asked. Raises `NotYours` for every other, and where there is none."""
    try:
        return RecoveryRequest.objects.for_keys().get(pk=request_id, browser_digest=digest_of(browser))
    except RecoveryRequest.DoesNotExist as error:
        raise NotYours from error


def mail_state(request: RecoveryRequest) -> MailState:
    """The truth about the mail that proves the mailbox."""
    claims = request.origin == Origin.CLAIM
    return state_of(request, kind=MessageKind.CLAIM if claims else MessageKind.CHALLENGE)


def state_and_end(request: RecoveryRequest) -> tuple[RequestState, datetime | None]:
    """How the request stands, and when its newest code ends; None while there is none that works."""
    works = Q(consumed_at=None, expires_at__gt=Now(), tries__lt=CODE_TRIES)
    found = request.challenges.aggregate(number=Count("pk"), end=Max("expires_at", filter=works))
    if request.verified_at:
        return RequestState.PROVED, None
    is_over = found["number"] and not found["end"]
    return RequestState.OVER if is_over else RequestState.OPEN, found["end"]


def ask_again(request: RecoveryRequest) -> datetime:
    """Promise one more mail to the same mailbox, with a code of its own; when the next may be asked for.

    A mail that has not gone yet is not promised twice. Raises `Used` and `TooSoon`.
    """
    with transaction.atomic():
        asked = RecoveryRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        if asked.verified_at:
            raise Used
        latest, now = latest_mail(asked)
        wait = latest.created_at + RESEND_AFTER - now
        if wait > timedelta():
            raise TooSoon(ceil(wait.total_seconds()))
        if latest.state not in ON_ITS_WAY:
            promise(MessageKind.CHALLENGE, asked)
    return now + RESEND_AFTER


def latest_mail(request: RecoveryRequest) -> tuple[Message, datetime]:
    """The request's newest mail with a code, and the time by the database's clock."""
    mails = request.messages.filter(kind=MessageKind.CHALLENGE).annotate(now=Now())
    latest = mails.latest("id")
    return latest, latest.now
