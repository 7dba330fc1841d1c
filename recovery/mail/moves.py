"""The mails about moves: the new key, the way back, and what support decided or asks."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q

from licensing.holdings import Holding, holdings_of_licenses
from licensing.models import Customer, EmailAddress
from recovery.mail.dates import minute
from recovery.mail.entries import entries
from recovery.mail.letter import Attachment
from recovery.mail.render import Draft, attachments, of_request
from recovery.models import (
    Exchange,
    ExchangeKind,
    ExchangeMail,
    ExchangeNote,
    ExchangeState,
    Message,
    MessageKind,
    NoteAuthor,
)
from recovery.policy import Facts, Policy, remaining
from recovery.templatetags.recovery_words import one_line

MOVE_MAILS: Final = frozenset(
    {MessageKind.REPLACEMENT, MessageKind.UNDONE, MessageKind.DECLINED, MessageKind.QUESTION}
)
STANDS: Final = Q(exchange__state=ExchangeState.DONE, exchange__to_assignment__ends_at=None)


def told_of_what_is_gone(messages: Collection[Message]) -> set[UUID]:
    """Those of the mails that nobody wants any more: whose licenses are not its mailbox's reader's now, or whose new
    key has ended since. The mail about the undo, or about the next key, tells of that."""
    told = {each.pk for each in messages if each.kind in MOVE_MAILS}
    if not told:
        return set()
    still = ExchangeMail.objects.filter(
        ~Q(message__kind=MessageKind.REPLACEMENT) | STANDS,
        message__in=told,
        exchange__license__owner__addresses__canonical=F("message__request__address"),
        exchange__license__owner__addresses__former_since=None,
    )
    return told - set(still.values_list("message", flat=True))


def draft(message: Message, *, address: EmailAddress, now: datetime) -> Draft:
    """The mail as it is true now, to the address on file. Raises LookupError where nothing of it is any more."""
    told = exchanges_of(message, owner=address.customer)
    first = told[0]
    holdings = holdings_of_licenses([each.license_id for each in told], now=now)
    listed, facts = entries(holdings)
    context = {"holdings": listed, **ways(first)}
    facts |= dates(first) | written(message, first) | of_request(message)
    left, next_from = still_possible(first, now=now)
    context |= {"left": left, "days": first.policy.get("period")}
    if next_from:
        facts["next_from"] = moment(next_from)
    if name := one_line(address.customer.full_name):
        facts["name"] = name
    return Draft(
        str(message.kind), address.address, context, facts, message.created_at, files(message, holdings)
    )


def files(message: Message, holdings: list[Holding]) -> tuple[Attachment, ...]:
    with_codes = message.kind in (MessageKind.REPLACEMENT, MessageKind.UNDONE)
    return tuple(attachments(holdings)) if with_codes else ()


def exchanges_of(message: Message, *, owner: Customer) -> list[Exchange]:
    """What the mail tells of, as far as it is still so, and of licenses that are still its reader's."""
    told = Exchange.objects.filter(mails__message=message, license__owner=owner).order_by("id")
    if message.kind == MessageKind.REPLACEMENT:
        told = told.filter(state=ExchangeState.DONE, to_assignment__ends_at=None)
    return list(
        told.select_related(
            "from_edition__product", "to_edition__product", "license__line__purchase", "from_assignment__key"
        )
    )


def ways(exchange: Exchange) -> dict[str, Hashable]:
    """From where to where, and whether the old program stops."""
    return {
        "product": exchange.to_edition.product.name,
        "was": str(exchange.from_edition.get_platform_display()),
        "to": str(exchange.to_edition.get_platform_display()),
        "approved": bool(exchange.by) and exchange.request_id is not None,
        "leaked": exchange.kind == ExchangeKind.LEAKED,
        "checks": exchange.from_edition.checks_retired_list,
        "may_be_undone": exchange.kind == ExchangeKind.MOVE and bool(exchange.policy.get("grace")),
        "by_support": bool(exchange.by) or exchange.request_id is None,
    }


def still_possible(exchange: Exchange, *, now: datetime) -> tuple[int | None, datetime | None]:
    """How many moves are left in the period and when the next may be; None where each is support's to decide."""
    policy = Policy.of(exchange.to_edition.product)
    if exchange.kind != ExchangeKind.MOVE or not policy.offered or policy.needs_approval:
        return None, None
    moves = Exchange.objects.counted().filter(license=exchange.license_id)
    facts = Facts(
        purchased_at=exchange.license.line.purchase.ordered_at,
        moves=tuple(each for each in moves.values_list("completed_at", flat=True) if each),
    )
    return remaining(policy, facts, now=now)


def dates(exchange: Exchange) -> dict[str, str]:
    facts = {"start_url": f"{settings.PUBLIC_URL}/"}
    if exchange.old_key_until:
        facts["until"] = moment(exchange.old_key_until)
    if tail := exchange.from_assignment.key.tail:
        facts["old_tail"] = tail
    return facts


def moment(at: datetime) -> str:
    return minute(at) + " UTC"


def written(message: Message, exchange: Exchange) -> dict[str, str]:
    """What support wrote: the question that this mail asks, or the reason of its decision."""
    notes = ExchangeNote.objects.filter(exchange=exchange, author=NoteAuthor.SUPPORT)
    if message.kind == MessageKind.QUESTION:
        step = message.exchanges.get().step
        notes = notes.filter(pk=step.partition(" ")[2])
    elif message.kind != MessageKind.DECLINED:
        return {}
    return {"words": notes.latest("id").text}
