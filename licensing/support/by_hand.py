"""A purchase that no shop told: a box from a shelf, a bank transfer. It goes the way of every other, by the intake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from licensing.audit.trail import record as note
from licensing.intake import codes
from licensing.intake.contradictions import agrees, differences
from licensing.intake.meanings import Meanings
from licensing.intake.purchases import record
from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine
from licensing.keys.waiting import serve_waiting
from licensing.models import Edition, EmailAddress, Mapping, MappingItem, Purchase, Store
from licensing.support.errors import NothingToGive, NotOnFile, OrderDiffers, Overtaken, ReasonMissing

STORE: Final = "by-hand"
KIND: Final = "csv"  # a file of the vendor's own may bring more of the same
MOST_UNITS: Final = 1_000  # of one line; more comes in as a file


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


def add_purchase(sale: Sale, *, by: str, reason: str, now: datetime) -> Purchase:
    """Put the order on file as paid; its licenses get keys as any other's do. The same order again changes nothing.

    Raises `ReasonMissing`, `NotOnFile`, `NothingToGive`, `OrderDiffers` where that store has an order of this number
    that says otherwise, and `Overtaken`.
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
            purchase, made = recorded(sale, address, edition, now=now)
            if made:
                written(purchase, sale, edition, by=by, reason=reason.strip())
    except (IntegrityError, codes.Overtaken) as error:
        raise Overtaken from error
    serve_waiting([edition], now=now)
    return purchase


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
        if not known.confirmed_at or not agrees(known, told):
            raise OrderDiffers(tuple(sorted(set(differences(known, told)))) or ("confirmation",))
        return known, False
    record([told], store=store, meanings=Meanings(store), now=now)
    return Purchase.objects.get(store=store, reference=told.reference, test=False), True


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
        "purchase.added",
        by=by,
        customer=sale.customer_id,
        row=purchase,
        reason=reason,
        details={"order": purchase.reference, "edition": edition.sku, "quantity": sale.quantity},
    )
