"""The whole page's facts: who it is, what needs attention, what they own, what was mailed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from django.db.models import Model, Q, QuerySet

from licensing.models import Case, Customer, CustomerNote, Purchase
from recovery.models import Exchange, Message, MessageKind, OwnerChange
from recovery.models.exchanges import OPEN_STATES
from recovery.owners.claims import claims_about
from recovery.story.latest import Latest
from recovery.story.mailboxes import Mailbox, mailboxes_of
from recovery.story.mails import mails_to
from recovery.story.owned import Owned, licenses_of, purchases_of
from recovery.story.timeline import Whose

Row = TypeVar("Row", bound=Model)
LICENSES: Final = 25
ORDERS: Final = 10
MAILS: Final = 8
NOTES: Final = 5
ATTENTION: Final = 10


@dataclass(frozen=True)
class Story:
    """What support reads before it answers. Everything is bounded; `more` says where there are others."""

    customer: Customer
    mailboxes: Sequence[Mailbox]
    licenses: Latest[Owned]
    orders: Latest[Purchase]
    mails: Latest[Message]
    notes: Latest[CustomerNote]
    cases: Latest[Case]
    moves: Latest[Exchange]
    changes: Latest[OwnerChange]
    claims: list[
        OwnerChange
    ]  # undecided, in which one of the addresses was typed as the old one, or is the new one

    @property
    def whose(self) -> Whose:
        return Whose(self.customer.pk, tuple(each.box for each in self.mailboxes))

    @property
    def current(self) -> list[Mailbox]:
        return [each for each in self.mailboxes if each.is_current]

    @property
    def former(self) -> list[Mailbox]:
        return [each for each in self.mailboxes if not each.is_current]

    @property
    def canonicals(self) -> list[str]:
        return [each.address.canonical for each in self.mailboxes]

    @property
    def other_cases(self) -> list[Case]:
        """Without those of a move or change that stands among the moves and changes itself."""
        listed = {str(each.pk) for each in (*self.moves.rows, *self.changes.rows)}
        return [each for each in self.cases.rows if not listed & named_in(each)]

    @property
    def last_mail(self) -> Message | None:
        """The answer to "did the mail arrive?": the latest that brings keys or the link to them."""
        brings = (MessageKind.KEYS, MessageKind.CHALLENGE, MessageKind.PROMISED, MessageKind.REPLACEMENT)
        return next((each for each in self.mails.rows if each.kind in brings), None)


def story_of(customer: Customer, *, now: datetime) -> Story:
    """Everything that the page tells, in twenty-one queries at most, however much there is of it."""
    mailboxes = mailboxes_of(customer.known_addresses(), now=now)
    boxes = [each.box for each in mailboxes]
    return Story(
        customer=customer,
        mailboxes=mailboxes,
        licenses=licenses_of(customer.pk, most=LICENSES, now=now),
        orders=purchases_of(customer.pk, most=ORDERS),
        mails=mails_to(boxes, most=MAILS),
        notes=newest(CustomerNote.objects.filter(customer=customer), most=NOTES),
        cases=newest(open_cases(customer), most=ATTENTION),
        moves=newest(running_moves(customer), most=ATTENTION),
        changes=newest(OwnerChange.objects.running().concerning(customer), most=ATTENTION),
        claims=claims_about([each.address.canonical for each in mailboxes])[:ATTENTION],
    )


def newest(rows: QuerySet[Row], *, most: int) -> Latest[Row]:
    found = list(rows.order_by("-id")[: most + 1])
    return Latest(found[:most], len(found) > most)


def named_in(case: Case) -> set[str]:
    """The move or change of owner that the case is about."""
    detail = case.detail if isinstance(case.detail, dict) else {}
    return {str(detail[name]) for name in ("exchange", "owner_change") if name in detail}


def open_cases(customer: Customer) -> QuerySet[Case]:
    """Filed under the customer, or about one of their orders."""
    theirs = Q(customer=customer) | Q(purchase__buyer=customer)
    return Case.objects.filter(theirs, closed_at=None).select_related("purchase")


def running_moves(customer: Customer) -> QuerySet[Exchange]:
    moves = Exchange.objects.filter(license__owner=customer, state__in=OPEN_STATES)
    return moves.select_related("from_edition__product", "to_edition__product", "license")
