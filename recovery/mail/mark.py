"""Writing down how an attempt ended, and what follows from it for the mailbox and its domain."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from recovery.mail.decide import domain_of
from recovery.mail.letter import Outcome, Verdict
from recovery.mail.outbox import alert
from recovery.models import AttemptOutcome, DomainPause, MailAttempt, Message, MessageState, Suppression

MOST_AMBIGUOUS = 5
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 20, 1800
UNREACHABLE_SECONDS = 10  # no server was there: nothing is wrong with the mail itself
PAUSE = timedelta(minutes=15)
UNSEEN = "the end of the attempt was not seen; the mail may have arrived"

log = structlog.get_logger(__name__)

RECORDED = {
    Verdict.DEFERRED: AttemptOutcome.DEFERRED,
    Verdict.AMBIGUOUS: AttemptOutcome.AMBIGUOUS,
    Verdict.REFUSED: AttemptOutcome.REFUSED,
    Verdict.FULL: AttemptOutcome.REFUSED,
    Verdict.DEAD: AttemptOutcome.REFUSED,
}


def mark(message: Message, outcome: Outcome, *, owner: UUID, recipient: str) -> bool:
    """Write down the end of an attempt and let go of the lease; whether the mail was still ours."""
    reply = for_support(outcome, recipient)
    ours = Message.objects.filter(pk=message.pk, lease_owner=owner)
    if outcome.verdict is Verdict.ACCEPTED:
        done = {"state": MessageState.ACCEPTED, "accepted_at": Now(), "reply": reply}
        return bool(ours.update(lease_owner=None, lease_until=None, **done))
    with transaction.atomic():
        if not ours.update(lease_owner=None, lease_until=None, reply=reply, **consequence(message, outcome)):
            return False
        record(message, outcome, reply=reply)
        follow_up(message, outcome, reply=reply)
    return True


def for_support(outcome: Outcome, recipient: str) -> str:
    """The server's words without the customer's address, which some servers repeat."""
    return outcome.reply.replace(recipient, "(address)") if recipient else outcome.reply


def consequence(message: Message, outcome: Outcome) -> dict[str, Any]:
    """What an attempt that was not accepted makes of the mail."""
    if outcome.verdict in (Verdict.DEAD, Verdict.FULL, Verdict.REFUSED):
        return {"state": MessageState.REFUSED}
    if outcome.verdict is Verdict.AMBIGUOUS:
        last = message.ambiguous + 1 >= MOST_AMBIGUOUS
        state = MessageState.REFUSED if last else MessageState.WAITING
        return {
            "state": state,
            "ambiguous": F("ambiguous") + 1,
            "due_at": Now() + retry_after(message, outcome),
        }
    return {"state": MessageState.WAITING, "due_at": Now() + retry_after(message, outcome)}


def retry_after(message: Message, outcome: Outcome) -> timedelta:
    """Twice as long each time, give or take a quarter, so that a returning server is not met by a storm."""
    if outcome.unreachable:
        seconds = float(UNREACHABLE_SECONDS)
    else:
        seconds = min(FIRST_RETRY_SECONDS * 2.0 ** max(message.attempts - 1, 0), LONGEST_RETRY_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - jitter, not a secret


def record(message: Message, outcome: Outcome, *, reply: str) -> None:
    if outcome.unreachable and not outcome.reply:
        return  # put back untried
    MailAttempt.objects.create(
        message=message,
        number=message.attempts,
        mint=message.mint,
        outcome=RECORDED[outcome.verdict],
        stage=outcome.stage,
        reply=reply,
    )


def follow_up(message: Message, outcome: Outcome, *, reply: str) -> None:
    """A dead mailbox is not written to again. A refusal that says nothing of the mailbox may be a blocklisting: mail
    to that domain rests, and support is told, once for each pause."""
    request = message.request
    if request is None:
        return
    if outcome.verdict is Verdict.DEAD:
        Suppression.objects.bulk_create(
            [Suppression(mailbox=request.mailbox, reply=reply)], ignore_conflicts=True
        )
    elif outcome.verdict is Verdict.REFUSED:
        pause(domain_of(request.address), reply=reply)


def pause(domain: str, *, reply: str) -> None:
    resting = DomainPause.objects.filter(domain=domain, until__gt=Now()).exists()
    DomainPause.objects.update_or_create(domain=domain, defaults={"reply": reply, "until": Now() + PAUSE})
    if not resting:
        log.error("domain_paused", domain=domain)
        alert(f"domain {domain}")


def note_unseen_end(message: Message) -> bool:
    """Where an earlier attempt began and nobody saw its end, count it; whether that makes one too many to try again."""
    if message.state != MessageState.SENDING:
        return False
    message.ambiguous += 1
    message.state = MessageState.WAITING
    outcome = Outcome(Verdict.AMBIGUOUS, "unseen", UNSEEN)
    record(message, outcome, reply=UNSEEN)
    if message.ambiguous < MOST_AMBIGUOUS:
        return False
    message.state, message.reply = MessageState.REFUSED, UNSEEN
    return True
