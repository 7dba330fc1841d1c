"""What follows from a mail that came back to the return path of one of ours.

The proof (see `bounces.py`) stood in the mail that we sent, so it proves only that the writer has seen that mail: its
servers, its reader, whoever got it from them. So nothing here reaches beyond that one mailbox.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from licensing.addresses import AddressError, canonical, for_limits
from recovery.mail.bounces import row_proved_by
from recovery.mail.reports import Kind, Recipient, Report, read_report, recipients_of
from recovery.mail.silence import silence
from recovery.mail.words import without_addresses
from recovery.models import (
    AttemptOutcome,
    MailAttempt,
    Message,
    MessageState,
    RecoveryRequest,
    Suppression,
)

BOUNCE, COMPLAINT, NO_REPORT = "bounce", "complaint", "no_report"  # stages, as support sees them
COMPLAINED = "its reader reported the mail as unwanted"
WITHOUT_REPORT = "a mail without a delivery report came back"
MAY_YET_BE_REFUSED = [MessageState.WAITING, MessageState.SENDING, MessageState.ACCEPTED]

log = structlog.get_logger(__name__)


class Taken(StrEnum):
    """What became of a mail that came back."""

    UNSIGNED = "unsigned"  # to no address that we made
    UNKNOWN = "unknown"  # about a mail that was never sent, is forgotten, or should be
    NOTHING = "nothing"  # delayed, delivered, an automatic reply
    REPEATED = "repeated"
    RECORDED = "recorded"  # not believed: it has no delivery report
    REFUSED = "refused"
    SUPPRESSED = "suppressed"
    MUTED = "muted"


def take_back(mail: bytes, *, recipient: str = "", now: datetime) -> Taken:
    """Act on a mail that came back, once however often it is given. Raises only what the database raises.

    `recipient` is the envelope's, as the receiving server knows it; without it, that server's headers are believed,
    since the proof in the address is what counts. At most 1 MiB is read.
    """
    row = row_proved_by([recipient] if recipient else recipients_of(mail))
    if row is None:
        log.info("bounce_unsigned")
        return Taken.UNSIGNED
    report = read_report(mail)
    with transaction.atomic():
        taken = settled(row, report, now=now)
    log.info("bounce_read", message=str(row), taken=taken.value)
    return taken


def settled(row: UUID, report: Report, *, now: datetime) -> Taken:
    """The message's row stays locked meanwhile, so that a bounce read twice at once counts once."""
    message = Message.objects.select_for_update().filter(pk=row, attempts__gt=0).first()
    if message is None or now - message.created_at > timedelta(days=settings.RETENTION_DAYS):
        return Taken.UNKNOWN
    if report.kind is Kind.DELIVERY:
        return failed(message, report.failure) if report.failure else Taken.NOTHING
    if report.kind is Kind.COMPLAINT:
        return complained(message)
    if report.kind is Kind.OTHER:
        words = words_after(address_of(message), report.text) or WITHOUT_REPORT
        outcome = AttemptOutcome.AMBIGUOUS
        return Taken.RECORDED if note(message, NO_REPORT, words, outcome) else Taken.REPEATED
    return Taken.NOTHING


def failed(message: Message, failure: Recipient) -> Taken:
    """The mail did not arrive. Only 5.1.x about the very address we wrote to means that there is no such mailbox.

    No pause of the domain and no alert, whatever the status: a reader could make that happen at will.
    """
    if not note(message, BOUNCE, failure.words):
        return Taken.REPEATED
    undecided = Message.objects.filter(pk=message.pk, state__in=MAY_YET_BE_REFUSED)
    undecided.update(
        state=MessageState.REFUSED, reply=failure.words, lease_owner=None, lease_until=None
    )  # a worker that is sending it again marks nothing without its lease
    if failure.status.startswith("5.7."):
        log.error("bounced_by_policy", message=str(message.pk))
    request = message.request
    if request is None or not failure.is_dead:
        return Taken.REFUSED
    if not names(failure, request.address) or was_read_since(message, request):
        return Taken.REFUSED
    dead = Suppression(mailbox=request.mailbox, reply=failure.words, source=BOUNCE)
    Suppression.objects.bulk_create([dead], ignore_conflicts=True)
    return Taken.SUPPRESSED


def complained(message: Message) -> Taken:
    """As if its reader had said "that wasn't me", but without a confirmation: no more mail to who complains of mail."""
    if not note(message, COMPLAINT, COMPLAINED):
        return Taken.REPEATED
    if message.request is None:
        return Taken.REFUSED
    silence(message.request)
    return Taken.MUTED


def note(message: Message, stage: str, words: str, outcome: AttemptOutcome = AttemptOutcome.REFUSED) -> bool:
    """Record what came back; whether nothing of the kind had come back for that mail before."""
    if MailAttempt.objects.filter(message=message, stage=stage).exists():
        return False
    MailAttempt.objects.create(
        message=message,
        number=message.attempts,
        mint=message.mint,
        outcome=outcome,
        stage=stage,
        reply=words,
    )
    return True


def names(failure: Recipient, address: str) -> bool:
    """Whether it speaks of the mailbox we wrote to, not of one that it forwards to."""
    return for_limits(address) in map(mailbox_of, failure.addresses)


def mailbox_of(address: str) -> str:
    try:
        return for_limits(canonical(address, smtputf8=True))
    except AddressError:
        return ""


def was_read_since(message: Message, request: RecoveryRequest) -> bool:
    """Whether somebody has proved to read that mailbox since the mail went out: then it is not dead."""
    proved = RecoveryRequest.objects.filter(mailbox=request.mailbox)
    return proved.filter(verified_at__gte=message.attempt_at or message.created_at).exists()


def address_of(message: Message) -> str:
    return message.request.address if message.request else settings.SUPPORT_EMAIL


def words_after(address: str, text: str) -> str:
    """What a bounce in plain words says about the address; nothing if it does not name it."""
    position = text.lower().find(address) if address else -1
    after = text[position + len(address) :] if position >= 0 else ""
    return without_addresses(after.lstrip(">: \r\n"))
