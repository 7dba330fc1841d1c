"""The mail with a key that was not ready when a shop asked for it: the customer gets what the shop could not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from licensing.holdings import holdings_of_licenses
from licensing.intake.key_asks import either_way, units_of
from licensing.models import EmailAddress, License, Purchase
from licensing.models.sales import SPOILT
from recovery.mail.entries import entries
from recovery.mail.render import Draft, attachments
from recovery.models import Message, MessageKind
from recovery.templatetags.recovery_words import one_line


def no_longer_owed(messages: Collection[Message]) -> set[UUID]:
    """Those of the mails that nobody is to get any more: the order was refunded or is disputed, its licenses have
    ended, or they are not the reader's of that mailbox now."""
    told = {each.pk for each in messages if each.kind == MessageKind.PROMISED}
    if not told:
        return set()
    sound = Purchase.objects.filter(pk=OuterRef("ask__purchase_line__purchase")).exclude(SPOILT)
    owns = {
        "owner__addresses__canonical": OuterRef("request__address"),
        "owner__addresses__former_since": None,
    }
    theirs = either_way("ask__purchase_line", lambda units: Q(Exists(units.filter(**owns))))
    still = Message.objects.filter(Exists(sound), theirs, pk__in=told)
    return told - set(still.values_list("pk", flat=True))


def draft(message: Message, *, address: EmailAddress, now: datetime) -> Draft:
    """The keys of that line as they are now, to the address on file. Raises LookupError where none is theirs."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    line = message.ask.purchase_line if message.ask else None
    theirs = units_of(line).filter(lasting, owner=address.customer) if line else License.objects.none()
    holdings = holdings_of_licenses(theirs.values_list("pk", flat=True), now=now)
    if not holdings:
        raise LookupError("the licenses have gone meanwhile; the next attempt decides what that means")
    listed, facts = entries(holdings)
    if name := one_line(address.customer.full_name):
        facts["name"] = name
    return Draft(
        "promised",
        address.address,
        {"holdings": listed},
        facts,
        message.created_at,
        tuple(attachments(holdings)),
    )
