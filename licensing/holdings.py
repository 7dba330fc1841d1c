"""What a customer owns, as pages and mails tell it: every unit, with its code or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from licensing.keys.chain import UNDONE
from licensing.keys.sealed import content_of
from licensing.models import Customer, KeyAssignment, KeySource, License, PurchaseLine, PurchaseState


class Standing(StrEnum):
    """Why a holding has a code, or has none."""

    ACTIVE = "active"
    WAITING = "waiting"  # no key is there yet
    MAKING = "making"  # the vendor's generator is asked for one
    UNPLACED = "unplaced"  # nobody has said yet what the shop's product means here
    UNPAID = "unpaid"
    UNCONFIRMED = "unconfirmed"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    ENDED = "ended"


OF_PURCHASE = {
    PurchaseState.REFUNDED: Standing.REFUNDED,
    PurchaseState.DISPUTED: Standing.DISPUTED,
    PurchaseState.UNCONFIRMED: Standing.UNCONFIRMED,
    PurchaseState.UNPAID: Standing.UNPAID,
}


@dataclass(frozen=True)
class Former:
    """A key that served the license before: on which platform, until when, and when another took its place."""

    platform: str
    tail: str
    replaced_at: datetime
    reason: str
    valid_until: datetime


@dataclass(frozen=True)
class Holding:
    """One card on the page: a license, or several units of one purchase that share one key and its history."""

    standing: Standing
    product: str
    version: str
    platform: str
    units: int
    registered_name: str
    code: str
    file_name: str
    content: bytes
    purchased_at: datetime
    shop: str
    order: str
    download_url: str
    activation_help: str
    key_id: UUID | None
    license_ids: tuple[UUID, ...]
    history: tuple[Former, ...] = ()
    sku: str = ""
    runs_on: str = ""  # `platform` as programs know it


def holdings_of(customer: Customer, *, now: datetime) -> list[Holding]:
    """Every unit of that customer, newest purchase first; test orders and orders told twice are left out.

    Six queries at most.
    """
    return Shelf([customer]).holdings_of(customer, now=now)


def holdings_of_licenses(licenses: Iterable[UUID], *, now: datetime) -> list[Holding]:
    """The cards of these licenses, whoever owns them."""
    found = cards(License.objects.filter(pk__in=list(licenses)))
    return list(merged(of_license(each, now=now) for each in found))


class Shelf:
    """What some customers own, read in as many queries as for one; codes are opened customer by customer."""

    def __init__(self, customers: Iterable[Customer]) -> None:
        owners = [customer.pk for customer in customers]
        self.licenses: dict[UUID | None, list[License]] = {}
        self.unplaced: dict[UUID | None, list[PurchaseLine]] = {}
        if not owners:
            return
        for unit in licenses_of(owners):
            self.licenses.setdefault(unit.owner_id, []).append(unit)
        for line in unplaced_of(owners):
            self.unplaced.setdefault(line.receiver_id, []).append(line)

    def holdings_of(self, customer: Customer, *, now: datetime) -> list[Holding]:
        """As the function of that name, for one of the customers."""
        placed = merged(of_license(each, now=now) for each in self.licenses.get(customer.pk, []))
        found = [*placed, *map(of_unplaced, self.unplaced.get(customer.pk, []))]
        return sorted(found, key=lambda holding: holding.purchased_at, reverse=True)


def licenses_of(owners: list[UUID]) -> QuerySet[License]:
    return cards(
        License.objects.filter(owner__in=owners, line__purchase__test=False, line__purchase__same_as=None)
    )


def cards(licenses: QuerySet[License]) -> QuerySet[License]:
    """The licenses with all that their cards tell, newest purchase first."""
    return (
        licenses.select_related("edition__product", "line__purchase__store")
        .prefetch_related(Prefetch("assignments", chain(), to_attr="chain"))
        .order_by("-line__purchase__ordered_at", "line__position", "unit")
    )


def unplaced_of(receivers: list[UUID]) -> QuerySet[PurchaseLine]:
    real = PurchaseLine.objects.filter(purchase__test=False, purchase__same_as=None)
    return (
        real.filter(receiver__in=receivers, placed_at=None)
        .select_related("purchase__store")
        .order_by("-purchase__ordered_at", "position")
    )


def open_assignments() -> QuerySet[KeyAssignment]:
    return KeyAssignment.objects.open().select_related("key")


def chain() -> QuerySet[KeyAssignment]:
    """Every key that served a license, the first first."""
    return KeyAssignment.objects.select_related("key__edition").order_by("id")


def merged(holdings: Iterable[Holding]) -> Iterator[Holding]:
    """Units that share one key become one card, with their number."""
    by_key: dict[object, Holding] = {}
    for holding in holdings:
        alike = (holding.standing, holding.order, holding.shop, holding.key_id, holding.history)
        same = alike if holding.key_id else holding.license_ids
        earlier = by_key.get(same)
        by_key[same] = joined(earlier, holding) if earlier else holding
    return iter(by_key.values())


def joined(one: Holding, other: Holding) -> Holding:
    return replace(one, units=one.units + other.units, license_ids=one.license_ids + other.license_ids)


def of_license(license: License, *, now: datetime) -> Holding:
    """Its card; its `chain` was fetched along with it."""
    assignments: list[KeyAssignment] = license.chain  # type: ignore[attr-defined]  # Prefetch's to_attr
    key = next((assignment.key for assignment in assignments if assignment.ends_at is None), None)
    standing = standing_of(license, has_key=key is not None, now=now)
    content = content_of(key) if key and standing is Standing.ACTIVE else b""
    is_file = bool(key and key.file_name)
    purchase = license.line.purchase
    return Holding(
        standing=standing,
        product=license.edition.product.name,
        version=license.edition.version,
        platform=str(license.edition.get_platform_display()),
        units=1,
        registered_name=key.registered_name if key else license.line.registered_name,
        code="" if is_file else content.decode(),
        file_name=key.file_name if key and is_file else "",
        content=content,
        purchased_at=purchase.ordered_at,
        shop=str(purchase.store),
        order=purchase.reference,
        download_url=license.edition.download_url,
        activation_help=license.edition.activation_help,
        key_id=key.id if key else None,
        license_ids=(license.id,),
        history=tuple(formers(assignments)),
        sku=license.edition.sku,
        runs_on=license.edition.platform,
    )


def formers(chain: list[KeyAssignment]) -> Iterator[Former]:
    """The keys that another one took the place of, the last first; of an undone move, only the one that was given up:
    the other serves again."""
    for old, new in reversed(list(pairwise(chain))):
        if new.end_reason == UNDONE:
            continue
        yield Former(
            platform=str(old.key.edition.get_platform_display()),
            tail=old.key.tail,
            replaced_at=new.starts_at,
            reason=old.end_reason,
            valid_until=old.ends_at or new.starts_at,
        )


def standing_of(license: License, *, has_key: bool, now: datetime) -> Standing:
    """The purchase speaks first: a refunded order has no working license, whatever else is true of it."""
    if standing := OF_PURCHASE.get(license.line.purchase.state):
        return standing
    if license.refunded_at:
        return Standing.REFUNDED
    if license.ended(now=now) or license.line.purchase.same_as_id:
        return Standing.ENDED
    if has_key:
        return Standing.ACTIVE
    return Standing.MAKING if license.edition.key_source == KeySource.REMOTE else Standing.WAITING


def of_unplaced(line: PurchaseLine) -> Holding:
    return Holding(
        standing=OF_PURCHASE.get(line.purchase.state, Standing.UNPLACED),
        product=line.name,
        version="",
        platform=line.variant.strip("()"),
        units=line.quantity,
        registered_name=line.registered_name,
        code="",
        file_name="",
        content=b"",
        purchased_at=line.purchase.ordered_at,
        shop=str(line.purchase.store),
        order=line.purchase.reference,
        download_url="",
        activation_help="",
        key_id=None,
        license_ids=(),
    )
