"""Support sends a customer their keys again, or a fresh link, to an address on file and nowhere else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from licensing.audit.trail import record
from licensing.models import EmailAddress
from licensing.support.errors import StalePage
from licensing.support.press import checked
from recovery.errors import MailboxClosed, NoSuchAddress, PressedElsewhere, TooManyMails
from recovery.limits import SUPPORT_MAILS, address_digest, customer_digest, take
from recovery.mail.outbox import promise
from recovery.mail.recovered import tell_of_recovery
from recovery.mail.unasked import unasked
from recovery.models import Message, MessageKind, Mute, Origin, RecoveryRequest, Suppression

ACTIONS = {MessageKind.KEYS: "keys.sent", MessageKind.CHALLENGE: "link.sent"}


def resend_keys(customer_id: UUID, *, address_id: UUID, by: str, press: UUID, now: datetime) -> Message:
    """Promise the mail with all keys of that customer; nobody has to prove anything, since it goes to who may read it.

    The same press sends it once. Raises `NoSuchAddress`, `MailboxClosed`, `TooManyMails`, `PressedElsewhere`.
    """
    return send(MessageKind.KEYS, customer_id, address_id=address_id, by=by, press=press, now=now)


def send_link(customer_id: UUID, *, address_id: UUID, by: str, press: UUID, now: datetime) -> Message:
    """Promise a fresh link and code, with which the reader of the mailbox sees "Your licenses". Raises the same."""
    return send(MessageKind.CHALLENGE, customer_id, address_id=address_id, by=by, press=press, now=now)


def send(
    kind: MessageKind, customer_id: UUID, *, address_id: UUID, by: str, press: UUID, now: datetime
) -> Message:
    with transaction.atomic():
        address = current(customer_id, address_id)
        pressed = earlier(press, address, now=now)
        if pressed:
            return pressed
        refuse_closed(address, now=now)
        if not take(SUPPORT_MAILS, customer_digest(customer_id), now=now):
            raise TooManyMails
        request = unasked(address, origin=Origin.SUPPORT, request_id=press)
        message = promise(kind, request)
        if kind == MessageKind.KEYS:
            tell_of_recovery(request, by="support")
        record(
            ACTIONS[kind],
            by=by,
            customer=customer_id,
            row=message,
            details={"address": address.address, "mail": str(message.pk)},
        )
    return message


def current(customer_id: UUID, address_id: UUID) -> EmailAddress:
    """The address, locked: who presses twice waits here for the first press."""
    known = EmailAddress.objects.current().select_related("customer").select_for_update(of=("self",))
    address = known.filter(pk=address_id, customer=customer_id).first()
    if address is None:
        raise NoSuchAddress
    return address


def earlier(press: UUID, address: EmailAddress, *, now: datetime) -> Message | None:
    """What the same press promised."""
    try:
        request = RecoveryRequest.objects.filter(pk=checked(press, now=now)).first()
    except StalePage as error:
        raise PressedElsewhere from error
    if request is None:
        return None
    if request.origin != Origin.SUPPORT or request.address != address.canonical:
        raise PressedElsewhere
    return request.messages.order_by("id").first()


def refuse_closed(address: EmailAddress, *, now: datetime) -> None:
    box = address_digest(address.canonical)
    if Suppression.objects.filter(mailbox=box, lifted_at=None).exists():
        raise MailboxClosed("dead")
    if Mute.objects.filter(mailbox=box, lifted_at=None, until__gt=now).exists():
        raise MailboxClosed("muted")
