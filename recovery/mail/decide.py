"""What is to become of each claimed mail: sent as what, put off, or not sent at all and why."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Now

from licensing.models import Customer, EmailAddress, Store
from recovery import limits
from recovery.limits import Counters, Limit
from recovery.mail.changes import notices_overtaken
from recovery.mail.claim_questions import is_answer_to_claim, questions_overtaken
from recovery.mail.moves import MOVE_MAILS, told_of_what_is_gone
from recovery.mail.promised import no_longer_owed
from recovery.mistyped import aside_among
from recovery.models import (
    CHALLENGE_LIFE,
    Challenge,
    DomainPause,
    Message,
    MessageKind,
    MessageState,
    Mute,
    Origin,
    RecoveryRequest,
    Suppression,
    Withheld,
)

# A challenge nobody waits for any more only frightens; keys that were proved for are still wanted days later.
GIVE_UP_AFTER = {
    MessageKind.CHALLENGE: timedelta(hours=4),
    MessageKind.KEYS: timedelta(days=3),
    MessageKind.MUTED: timedelta(days=1),
    MessageKind.REPLACEMENT: timedelta(days=3),
    MessageKind.UNDONE: timedelta(days=3),
    MessageKind.DECLINED: timedelta(days=3),
    MessageKind.QUESTION: timedelta(days=3),
    MessageKind.PROMISED: timedelta(days=3),
    MessageKind.ALERT: timedelta(days=3),
    MessageKind.TEST: timedelta(hours=1),
    MessageKind.CLAIM: timedelta(hours=4),
    MessageKind.NOTICE: timedelta(days=7),  # a change of owner waits for it
    MessageKind.OUTCOME: timedelta(days=7),
    MessageKind.ASKED: timedelta(days=7),  # as long as the answer is waited for
}
# These carry a challenge, and meet the limits.
PROOFS = frozenset({MessageKind.CHALLENGE, MessageKind.CLAIM})
# These go to an address on file or nowhere.
TO_OWNERS = frozenset({MessageKind.KEYS, MessageKind.PROMISED, *MOVE_MAILS})
OF_MAILBOX = {
    Origin.PAGE: limits.MAILBOX,
    Origin.CLAIM: limits.MAILBOX,
    Origin.LINK: limits.MAILBOX_BY_LINK,
}


@dataclass(frozen=True)
class Known:
    """What is on file about the mailboxes of one batch, read in one query each."""

    addresses: dict[str, EmailAddress]
    mutes: dict[bytes, Mute]
    dead: set[bytes]
    pauses: dict[str, DomainPause]
    aside: dict[str, EmailAddress]  # said to be mistyped: asked and proved as any other, but no keys go there
    gone: set[UUID]  # mails about moves undone, keys of orders refunded, and changes of owner ended, since

    @classmethod
    def about(cls, messages: Collection[Message]) -> Known:
        requests = [message.request for message in messages if message.request]
        canonicals = {request.address for request in requests}
        boxes = {bytes(request.mailbox) for request in requests}
        mutes = Mute.objects.filter(mailbox__in=boxes, lifted_at=None, until__gt=Now())
        dead = Suppression.objects.filter(mailbox__in=boxes, lifted_at=None)
        pauses = DomainPause.objects.filter(
            domain__in={domain_of(each) for each in canonicals}, until__gt=Now()
        )
        return cls(
            addresses=addresses_of(messages),
            aside=aside_among(canonicals),
            mutes={bytes(each.mailbox): each for each in mutes},
            dead={bytes(each.mailbox) for each in dead},
            pauses={each.domain: each for each in pauses},
            gone=told_of_what_is_gone(messages)
            | no_longer_owed(messages)
            | notices_overtaken(messages)
            | questions_overtaken(messages),
        )

    @cached_property
    def shops(self) -> tuple[str, ...]:
        """The names that card statements show, for who has to search for a purchase."""
        names = Store.objects.exclude(statement_name="").values_list("statement_name", flat=True)
        return tuple(sorted(set(names)))

    def whose(self, canonical: str) -> EmailAddress | None:
        """What is on file of a mailbox that is asked for its proof."""
        return self.addresses.get(canonical) or self.aside.get(canonical)

    def owners(self, messages: Iterable[Message]) -> list[Customer]:
        """Whose keys these mails are to carry."""
        asked = [each.request.address for each in messages if each.kind == MessageKind.KEYS and each.request]
        return [self.addresses[address].customer for address in asked if address in self.addresses]


def addresses_of(messages: Iterable[Message]) -> dict[str, EmailAddress]:
    """Those on file among the addresses that were asked with."""
    asked = {message.request.address for message in messages if message.request}
    current = EmailAddress.objects.current().filter(canonical__in=asked).select_related("customer")
    return {each.canonical: each for each in current}


def domain_of(canonical: str) -> str:
    return canonical.rpartition("@")[2]


def sort_out(messages: list[Message], known: Known, *, now: datetime) -> list[Message]:
    """The mails of the batch that go out now; the others get their state and lose their lease here, unsaved."""
    going = [message for message in messages if is_wanted(message, known, now=now)]
    going = [message for message in going if not is_put_off(message, known)]
    return within_limits(going, now=now)


def is_wanted(message: Message, known: Known, *, now: datetime) -> bool:
    if now - message.created_at > GIVE_UP_AFTER[MessageKind(message.kind)]:
        return end(
            message,
            MessageState.REFUSED,
            reply=message.reply or "given up: it could not be handed over in time",
        )
    request = message.request
    if request is None:
        return True
    box = bytes(request.mailbox)
    if message.kind in PROOFS and request.verified_at:
        return end(message, MessageState.WITHHELD, because=Withheld.OVERTAKEN)
    if message.kind in TO_OWNERS and request.address not in known.addresses:
        return end(message, MessageState.WITHHELD, because=Withheld.OVERTAKEN)
    if message.pk in known.gone:
        return end(message, MessageState.WITHHELD, because=Withheld.OVERTAKEN)
    if box in known.mutes and (message.kind in PROOFS or is_kept_quiet(message, known.mutes[box])):
        return end(message, MessageState.WITHHELD, because=Withheld.MUTED)
    if message.kind == MessageKind.MUTED and box not in known.mutes:
        return end(message, MessageState.WITHHELD, because=Withheld.OVERTAKEN)
    if box in known.dead:
        return end(
            message,
            MessageState.REFUSED,
            reply="refused earlier: its server said that there is no such mailbox",
        )
    return True


def is_kept_quiet(message: Message, mute: Mute) -> bool:
    """Whom support has muted gets no answer about a claim either. A reader who stopped requests still does."""
    return bool(mute.by) and is_answer_to_claim(message)


def end(message: Message, state: MessageState, *, because: str = "", reply: str = "") -> bool:
    message.state = state
    message.withheld_because = because
    message.reply = reply
    return False


def is_put_off(message: Message, known: Known) -> bool:
    """Whether mail to its domain is paused; it is due again when the pause ends."""
    pause = known.pauses.get(domain_of(message.request.address)) if message.request else None
    if pause:
        message.state = MessageState.WAITING
        message.due_at = pause.until
    return pause is not None


def within_limits(messages: list[Message], *, now: datetime) -> list[Message]:
    """Those that the limits allow. A mail is counted once, however often it is tried; proofs and mutes are exempt."""
    uses = {
        each.pk: uses_of(each.request)
        for each in messages
        if each.kind in PROOFS and not each.allowed_at and each.request
    }
    counters = Counters(((use.limit, use.subject) for each in uses.values() for use in each), now=now)
    for message in messages:
        if message.pk in uses and count(message, uses[message.pk], counters):
            message.allowed_at = now
    counters.write()
    return [message for message in messages if message.state != MessageState.WITHHELD]


def count(message: Message, uses: list[Use], counters: Counters) -> bool:
    """Whether no limit stops the mail. What one stops does not use up those after it, see `uses_of`."""
    stop = next((use for use in uses if not counters.take(use.limit, use.subject)), None)
    return stop is None or end(message, MessageState.WITHHELD, because=stop.because)


class Use(NamedTuple):
    """What a mail is counted as, and why it stays if that is used up."""

    because: Withheld
    limit: Limit
    subject: bytes


def uses_of(request: RecoveryRequest) -> list[Use]:
    """The order matters: what stops at a network's limit uses up no mailbox's, so that a flood from one network cannot
    eat a mailbox's share, and a flood to one mailbox cannot eat everybody's.

    What support sends is counted where it was sent (`SUPPORT_MAILS`), and not here: a flood of strangers' requests
    must not keep support from helping.
    """
    if request.origin == Origin.SUPPORT:
        return []
    uses = [Use(Withheld.NETWORK, limits.NETWORK, bytes(request.network))]
    if request.wider_network:
        uses.append(Use(Withheld.NETWORK, limits.wider_network(), bytes(request.wider_network)))
    if limit := OF_MAILBOX.get(Origin(request.origin)):
        uses.append(Use(Withheld.MAILBOX, limit, limits.mailbox_digest(request.address)))
    return [*uses, Use(Withheld.OVERALL, limits.overall(), limits.EVERYBODY)]


def mint_challenges(messages: list[Message]) -> dict[UUID, Challenge]:
    """The challenge that each mail carries, by message: the one it had while that lives long enough, else a fresh one.

    Every address gets one, unknown ones too, whose challenge is never mailed: so codes typed for them meet the same
    rules. An earlier mint, which may lie in the mailbox already, keeps its own expiry.
    """
    asking = {each.request_id: each for each in messages if each.kind in PROOFS}
    margin = timedelta(seconds=settings.SMTP_TIMEOUT_SECONDS)
    living = Challenge.objects.filter(request__in=asking, consumed_at=None, expires_at__gt=Now() + margin)
    found: dict[tuple[UUID | None, int], Challenge] = {(each.request_id, each.mint): each for each in living}
    fresh = [message for message in asking.values() if (message.request_id, message.mint) not in found]
    found |= {(each.request_id, each.mint): each for each in minted_for(fresh)}
    return {each.pk: found[each.request_id, each.mint] for each in asking.values()}


def minted_for(messages: list[Message]) -> list[Challenge]:
    """A new challenge for each of these mails, stored; the mails get its mint number."""
    if not messages:
        return []
    latest = latest_mints([message.request_id for message in messages])
    now = database_now()
    for message in messages:
        message.mint = latest.get(message.request_id, 0) + 1
    return Challenge.objects.bulk_create(
        Challenge(
            request=each.request,
            mint=each.mint,
            nonce=secrets.token_bytes(16),
            minted_at=now,
            expires_at=now + CHALLENGE_LIFE,
        )
        for each in messages
    )


def database_now() -> datetime:
    """The database's clock, which expiry is compared with. Asked once: an expression in every row costs more."""
    now: datetime = Message.objects.order_by().values_list(Now(), flat=True)[:1].get()
    return now


def latest_mints(requests: list[UUID | None]) -> dict[UUID | None, int]:
    rows = Challenge.objects.filter(request__in=requests).values("request").annotate(latest=Max("mint"))
    return {row["request"]: row["latest"] for row in rows.order_by()}
