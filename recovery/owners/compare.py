"""A claim beside what is on file: which customers it could be about, and what of it fits each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from licensing.console.search import as_address, can_be_stored, code_is, keys, orders
from licensing.models import Customer, EmailAddress, License, Purchase, RegistrationKey, with_addresses
from recovery.claimed import Claimed
from recovery.limits import address_digest
from recovery.models import OwnerChange, RecoveryRequest, Suppression

MOST: Final = 5  # customers; who fits worse than five others is not who is meant
TAILS: Final = (4, 3)  # characters that are kept of a code's end, depending on its length
LATELY: Final = timedelta(days=90)


class Fit(StrEnum):
    """How far one thing that was typed fits what is on file."""

    YES = "fits"
    PARTLY = "fits in part"
    NO = "does not fit"
    NOT_SAID = "not given"


@dataclass(frozen=True)
class Mailbox:
    """A current address of a candidate. `proved_at`: when somebody last showed that they read it."""

    address: EmailAddress
    is_dead: bool
    proved_at: datetime | None


@dataclass(frozen=True)
class Candidate:
    customer: Customer
    old_address: Fit
    order: Fit
    name: Fit
    code: Fit
    mailboxes: tuple[Mailbox, ...]

    @property
    def worth(self) -> int:
        """More for what fits better; an order and a code weigh most, since names are no secret."""
        points = {Fit.YES: 2, Fit.PARTLY: 1, Fit.NO: 0, Fit.NOT_SAID: 0}
        fits = points[self.order] * 2 + points[self.code] * 2
        return fits + points[self.old_address] * 2 + points[self.name]


@dataclass(frozen=True)
class Found:
    """What each thing that was typed leads to, as customers' ids."""

    by_address: set[UUID]
    by_order: set[UUID]
    by_code: set[UUID]
    by_tail: set[UUID]

    @property
    def all(self) -> set[UUID]:
        return self.by_address | self.by_order | self.by_code | self.by_tail


def candidates(claimed: Claimed, *, now: datetime) -> list[Candidate]:
    """Whom the claim may be about, the best first. Codes are compared by their marks; none is opened."""
    found = look_up(claimed)
    customers = Customer.objects.filter(pk__in=list(found.all)[: MOST * 4]).prefetch_related(with_addresses())
    listed = [compared(each, claimed, found, now=now) for each in customers]
    return sorted(listed, key=lambda each: (-each.worth, each.customer.pk))[:MOST]


def look_up(claimed: Claimed) -> Found:
    order, code = storable(claimed.order), storable(claimed.code)
    ordered = orders(order) if order else set()
    exact = set(RegistrationKey.objects.filter(code_is(code)).values_list("pk", flat=True)) if code else set()
    return Found(
        by_address=owners_of_mailbox(claimed.old_address),
        by_order=buyers(ordered),
        by_code=owners_of_keys(exact),
        by_tail=owners_of_keys(with_tail(code) - exact) if code else set(),
    )


def with_tail(typed: str) -> set[UUID]:
    """Keys of whose last characters the typed ones end in; few of each are kept, so that this is a hint, no proof."""
    signs = "".join(sign for sign in typed if sign.isalnum())
    found: set[UUID] = set()
    for length in TAILS:
        if len(signs) >= length:
            found |= keys(signs[-length:])
    return found


def storable(typed: str) -> str:
    return typed.strip() if can_be_stored(typed) else ""


def owners_of_mailbox(typed: str) -> set[UUID]:
    canonical = as_address(typed)
    return set(EmailAddress.objects.filter(canonical=canonical).values_list("customer", flat=True))


def buyers(purchases: set[UUID]) -> set[UUID]:
    """Who bought these, or owns a license of them."""
    bought = Purchase.objects.filter(pk__in=purchases, buyer__isnull=False).values_list("buyer", flat=True)
    owned = License.objects.filter(line__purchase__in=purchases, owner__isnull=False)
    return {*bought, *owned.values_list("owner", flat=True)} - {None}


def owners_of_keys(found: set[UUID]) -> set[UUID]:
    owned = License.objects.filter(assignments__key__in=found, owner__isnull=False)
    return {each for each in owned.values_list("owner", flat=True)[: MOST * 4] if each}


def compared(customer: Customer, claimed: Claimed, found: Found, *, now: datetime) -> Candidate:
    return Candidate(
        customer=customer,
        old_address=address_fit(customer, claimed),
        order=fit(claimed.order, customer.pk in found.by_order),
        name=name_fit(customer, claimed.name),
        code=code_fit(customer.pk, claimed.code, found),
        mailboxes=tuple(mailboxes_of(customer, now=now)),
    )


def fit(typed: str, fits: bool) -> Fit:
    if not typed:
        return Fit.NOT_SAID
    return Fit.YES if fits else Fit.NO


def address_fit(customer: Customer, claimed: Claimed) -> Fit:
    """In part: it was one of theirs before."""
    canonical = as_address(claimed.old_address)
    known = [each for each in customer.known_addresses() if each.canonical == canonical]
    if known and known[0].former_since:
        return Fit.PARTLY
    return fit(claimed.old_address, bool(known))


def name_fit(customer: Customer, typed: str) -> Fit:
    """In part: they share a word, such as the family name."""
    said, filed = words(typed), [words(customer.full_name), words(customer.company)]
    if said and said in filed:
        return Fit.YES
    return Fit.PARTLY if any(said & each for each in filed) else fit(typed, False)


def words(name: str) -> frozenset[str]:
    return frozenset(name.casefold().replace(",", " ").replace(".", " ").split())


def code_fit(customer: UUID, typed: str, found: Found) -> Fit:
    """In part: only its last characters, which stand in many a screenshot."""
    if customer in found.by_code:
        return Fit.YES
    return Fit.PARTLY if customer in found.by_tail else fit(typed, False)


def mailboxes_of(customer: Customer, *, now: datetime) -> list[Mailbox]:
    current = [each for each in customer.known_addresses() if each.former_since is None]
    boxes = {each.pk: address_digest(each.canonical) for each in current}
    dead = Suppression.objects.filter(mailbox__in=boxes.values(), lifted_at=None)
    gone = {bytes(each) for each in dead.values_list("mailbox", flat=True)}
    proofs = RecoveryRequest.objects.for_keys().filter(
        mailbox__in=boxes.values(), verified_at__gt=now - LATELY
    )
    proved: dict[bytes, datetime] = {}
    for box, at in proofs.order_by("verified_at").values_list("mailbox", "verified_at"):
        if at:
            proved[bytes(box)] = at
    return [Mailbox(each, boxes[each.pk] in gone, proved.get(boxes[each.pk])) for each in current]


def owner_of_new(change: OwnerChange) -> Customer | None:
    """Whose the new address is already: then it is no changed address."""
    known = EmailAddress.objects.select_related("customer").filter(canonical=change.new_address).first()
    return known.customer if known else None
