"""What keeps mail from a mailbox, told to support and lifted by them, whether by command or in the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from licensing.addresses import canonical
from licensing.audit.trail import record
from licensing.models import EmailAddress
from recovery.limits import EVERYBODY, MAILBOX, Room, address_digest, look, mailbox_digest, overall
from recovery.mail.words import without_addresses
from recovery.models import DomainPause, Message, MessageState, Mute, Suppression

LATEST_MAILS = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Standing:
    """All that is on file about mail to one address."""

    domain: str
    filed: EmailAddress | None
    mute: Mute | None
    suppression: Suppression | None
    pause: DomainPause | None
    room: Room  # for mails that are asked for on the page, or by an application
    room_of_all: Room  # the same for everybody's mails together
    mails: list[Message]

    @property
    def is_open(self) -> bool:
        blocked = self.mute or self.suppression or self.pause
        return not blocked and self.room.allowed and self.room_of_all.allowed

    @property
    def is_served(self) -> bool:
        """Whether a mail that support sends a customer goes there now: those limits do not count it."""
        blocked = self.mute or self.suppression or self.pause
        return bool(self.filed and not self.filed.former_since and not blocked)


def standing_of(typed: str, *, now: datetime) -> Standing:
    """What is on file about the address; only what is in force now. Nothing is used up. Raises `AddressError`."""
    address = canonical(typed, smtputf8=settings.SMTPUTF8)
    domain = address.rpartition("@")[2]
    mails = Message.objects.filter(request__mailbox=address_digest(address)).order_by("-id")
    return Standing(
        domain=domain,
        filed=EmailAddress.objects.filter(canonical=address).first(),
        mute=mutes_of(typed).filter(until__gt=now).first(),
        suppression=suppressions_of(typed).first(),
        pause=pauses(now=now).filter(domain=domain).first(),
        room=look(MAILBOX, mailbox_digest(address), now=now),
        room_of_all=look(overall(), EVERYBODY, now=now),
        mails=list(mails[:LATEST_MAILS]),
    )


def mutes_of(typed: str) -> QuerySet[Mute]:
    """The mailbox's mute that nobody has lifted. Raises `AddressError`."""
    return Mute.objects.filter(mailbox=digest_of_typed(typed), lifted_at=None)


def suppressions_of(typed: str) -> QuerySet[Suppression]:
    """The mailbox's suppression that nobody has lifted. Raises `AddressError`."""
    return Suppression.objects.filter(mailbox=digest_of_typed(typed), lifted_at=None)


def pauses(*, now: datetime) -> QuerySet[DomainPause]:
    """Domains to which no mail goes now."""
    return DomainPause.objects.filter(until__gt=now)


def pauses_of(typed: str, *, now: datetime) -> QuerySet[DomainPause]:
    """The pause of that domain, however it is spelled. Raises `AddressError`."""
    return pauses(now=now).filter(domain=canonical(f"somebody@{typed.strip()}").rpartition("@")[2])


def digest_of_typed(typed: str) -> bytes:
    return address_digest(canonical(typed, smtputf8=settings.SMTPUTF8))


def lift(
    blocks: QuerySet[Mute] | QuerySet[Suppression], *, now: datetime, by: str = "", reason: str = ""
) -> int:
    """Mail goes to these mailboxes again; how many that concerns. Those already lifted keep their date.

    The database keeps when; who and why stand in the audit trail, and in the log without addresses.
    """
    lifted = 0
    for block in blocks.filter(lifted_at=None):
        with transaction.atomic():
            if blocks.model._default_manager.filter(pk=block.pk, lifted_at=None).update(lifted_at=now):
                note(block, by=by, reason=reason)
                lifted += 1
    return lifted


def resume(paused: QuerySet[DomainPause], *, now: datetime, by: str = "", reason: str = "") -> int:
    """Mail to these domains may go out now, that which was put off until the pauses' ends included; how many pauses."""
    with transaction.atomic():
        ended = list(paused.filter(until__gt=now).select_for_update())
        for pause in ended:
            Message.objects.filter(state=MessageState.WAITING, due_at=pause.until).update(due_at=now)
            pause.until = now
            pause.save(update_fields=["until"])
            note(pause, by=by, reason=reason)
    return len(ended)


def whose(block: Mute | Suppression | DomainPause) -> UUID | None:
    """The customer with that mailbox, where its address is known: of a mute it is, by what was asked for."""
    address = block.request.address if isinstance(block, Mute) and block.request else ""
    return EmailAddress.objects.filter(canonical=address).values_list("customer_id", flat=True).first()


def note(block: Mute | Suppression | DomainPause, *, by: str, reason: str) -> None:
    kind = str(block._meta.model_name)
    record(f"{kind}.lifted", by=by, row=block, reason=reason, customer=whose(block))
    log.warning("block_lifted", kind=kind, block=str(block.pk), by=by, reason=without_addresses(reason))
