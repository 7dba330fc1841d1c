"""A purchase that no shop told: a box from a shelf, a bank transfer. It goes the way of every other, by the intake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.db.models.functions import Now

from licensing.audit.trail import record as note
from licensing.intake import codes
from licensing.intake.contradictions import UNTOLD, agrees, differences, is_untold
from licensing.intake.meanings import Meanings
from licensing.intake.purchases import record
from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine
from licensing.keys.waiting import serve_waiting
from licensing.models import (
    AuditEntry,
    Edition,
    EmailAddress,
    Mapping,
    MappingItem,
    Purchase,
    PurchaseLine,
    Store,
)
from licensing.support.errors import (
    NothingToGive,
    NotOnFile,
    OrderDiffers,
    Overtaken,
    ReasonMissing,
    TooManyByHand,
)

STORE: Final = "by-hand"
KIND: Final = "csv"  # a file of the vendor's own may bring more of the same
MOST_UNITS: Final = 1_000  # of one line; more comes in as a file
# It gives licenses away: who hands them out all day, with a stolen sign-in or for themselves, is stopped, and seen.
DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 20  # licenses that one person adds
MOST_OF_A_LEAD: Final = 200
ADDED: Final = "purchase.added"


@dataclass(frozen=True)
class Sale:
    """What support says was sold. `store` None: the one for purchases by hand, made on first use."""

    customer_id: UUID
    address_id: UUID
    edition_id: UUID
    reference: str
    ordered_at: datetime
    quantity: int = 1
    registered_name: str = ""
    store_id: UUID | None = None


def add_purchase(
    sale: Sale, *, by: str, reason: str, now: datetime, most_a_day: int | None = None
) -> Purchase:
    """Put the order on file as paid; its licenses get keys as any other's do. The same order again changes nothing.

    `most_a_day`: how many licenses a person may add within a day; None for programs, whose keys have limits.
    Raises `ReasonMissing`, `NotOnFile`, `NothingToGive`, `OrderDiffers` where that store has an order of this number
    that says otherwise, `TooManyByHand`, and `Overtaken`.
    """
    if not reason.strip():
        raise ReasonMissing
    if not 1 <= sale.quantity <= MOST_UNITS or not sale.reference.strip():
        raise NothingToGive
    address = current_address(sale)
    edition = Edition.objects.select_related("product").filter(pk=sale.edition_id).first()
    if edition is None:
        raise NothingToGive
    try:
        with transaction.atomic():
            if most_a_day is not None:
                wait_for_turn(by)
            purchase, made = recorded(sale, address, edition, now=now)
            if made:
                if most_a_day is not None:
                    ensure_not_too_many(by, sale.quantity, most=most_a_day)
                written(purchase, sale, edition, by=by, reason=reason.strip())
    except (IntegrityError, codes.Overtaken) as error:
        raise Overtaken from error
    serve_waiting([edition], now=now)
    return purchase


def wait_for_turn(by: str) -> None:
    """Of one person's purchases, one at a time: fifty at once are counted like fifty in a row."""
    list(get_user_model()._default_manager.select_for_update().filter(username=by).values_list("pk"))


def ensure_not_too_many(by: str, units: int, *, most: int) -> None:
    """Raises `TooManyByHand`."""
    left = most - added_by(by)
    if units > left:
        raise TooManyByHand(most, max(left, 0))


def added_by(by: str) -> int:
    """Licenses that this person added within a day, by the database's clock, as the audit trail has them."""
    added = AuditEntry.objects.filter(action=ADDED, by=by, at__gt=Now() - DAY)
    orders = added.values_list("row", flat=True)
    lines = PurchaseLine.objects.filter(purchase__in=[UUID(each) for each in orders])
    return lines.aggregate(units=Sum("quantity"))["units"] or 0


def current_address(sale: Sale) -> EmailAddress:
    found = EmailAddress.objects.current().select_related("customer")
    address = found.filter(pk=sale.address_id, customer=sale.customer_id).first()
    if address is None:
        raise NotOnFile
    return address


def recorded(sale: Sale, address: EmailAddress, edition: Edition, *, now: datetime) -> tuple[Purchase, bool]:
    """The order, and whether it was not on file. Raises `OrderDiffers`."""
    store = store_of(sale)
    product_ref, variant = meaning_of(edition, store, at=sale.ordered_at)
    told = as_told(sale, address, edition, product_ref=product_ref, variant=variant)
    known = Purchase.objects.filter(store=store, reference=told.reference, test=False).first()
    if known:
        ensure_same(known, told, sale)
        return known, False
    record([told], store=store, meanings=Meanings(store), now=now)
    if sale.store_id:
        Purchase.objects.filter(store=store, reference=told.reference, test=False).update(sold_digest=UNTOLD)
    return Purchase.objects.get(store=store, reference=told.reference, test=False), True


def ensure_same(known: Purchase, told: PurchaseRecord, sale: Sale) -> None:
    """Raises `OrderDiffers`."""
    differing = set() if agrees(known, told) else set(differences(known, told))
    differing.update(own_differences(known, sale))
    if differing or not known.confirmed_at:
        raise OrderDiffers(tuple(sorted(differing)) or ("confirmation",))


def own_differences(known: Purchase, sale: Sale) -> Iterator[str]:
    """What shops may tell anew, and we may not: when it was, and the name, where one is given.

    A shop's own time of its own order may be another by a day: it is told by the second, and in another zone.
    """
    apart = DAY if sale.store_id and not is_untold(known) else timedelta()
    if abs(known.ordered_at - sale.ordered_at) > apart:
        yield "ordered_at"
    name = sale.registered_name.strip()
    if name and not known.erased_at and not known.lines.filter(registered_name=name).exists():
        yield "registered_name"


def store_of(sale: Sale) -> Store:
    if sale.store_id is None:
        return Store.objects.get_or_create(name=STORE, defaults={"kind": KIND, "title": "By hand"})[0]
    store = Store.objects.filter(pk=sale.store_id).first()
    if store is None:
        raise NotOnFile
    return store


def meaning_of(edition: Edition, store: Store, *, at: datetime) -> tuple[str, str]:
    """What that store calls one unit of the edition. Where it never sold it alone, its SKU is given that meaning."""
    alone = MappingItem.objects.filter(edition=edition, quantity=1, mapping__store=store)
    for item in alone.select_related("mapping").order_by("mapping__product_ref", "mapping__variant")[:50]:
        mapping = item.mapping
        if [each.edition for each in Meanings(store).of(mapping.product_ref, mapping.variant, at=at)] == [
            edition
        ]:
            return mapping.product_ref, mapping.variant
    mapping = Mapping.objects.create(store=store, product_ref=edition.sku, variant="by hand")
    MappingItem.objects.create(mapping=mapping, edition=edition)
    return mapping.product_ref, mapping.variant


def as_told(
    sale: Sale, address: EmailAddress, edition: Edition, *, product_ref: str, variant: str
) -> PurchaseRecord:
    name = sale.registered_name.strip() or address.customer.full_name
    line = SoldLine(product_ref, variant, str(edition)[:300], sale.quantity, registered_name=name)
    return PurchaseRecord(
        reference=sale.reference.strip(),
        ordered_at=sale.ordered_at,
        buyer=Party(address.canonical),
        lines=(line,),
        payment=Payment(paid=True, paid_at=sale.ordered_at),
    )


def written(purchase: Purchase, sale: Sale, edition: Edition, *, by: str, reason: str) -> None:
    note(
        ADDED,
        by=by,
        customer=sale.customer_id,
        row=purchase,
        reason=reason,
        details={"order": purchase.reference, "edition": edition.sku, "quantity": sale.quantity},
    )
