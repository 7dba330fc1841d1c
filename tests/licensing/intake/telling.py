"""What a store tells of orders, in our own shape, and what became of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from licensing.holdings import Holding, holdings_of
from licensing.intake.meanings import Meanings
from licensing.intake.purchases import record
from licensing.intake.record import (
    ORDER,
    LateCodes,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    SoldLine,
    Told,
)
from licensing.models import Customer, Edition, License, Store
from tests import factories

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDERED_AT = datetime(2025, 3, 1, 10, tzinfo=UTC)
LATER = datetime(2025, 4, 1, tzinfo=UTC)

PAID = Payment(paid_at=ORDERED_AT)
SILENT = Payment(paid=False)


def line(product: str = "clipcutter", quantity: int = 1, *codes: str, **fields: Any) -> SoldLine:
    return SoldLine(product, fields.pop("variant", ""), product.title(), quantity, tuple(codes), **fields)


def order(
    *lines: SoldLine, reference: str = "1001", email: str = "anna@example.com", **fields: Any
) -> PurchaseRecord:
    """One paid order of one copy, unless other lines are given."""
    said: dict[str, Any] = {"ordered_at": ORDERED_AT, "payment": PAID, **fields}
    return PurchaseRecord(reference, buyer=Party(email), lines=lines or (line(),), **said)


def news(
    reference: str = "1001",
    *,
    names: Sequence[tuple[str, str]] = (),
    sure: bool = True,
    test: bool = False,
    **facts: Any,
) -> PaymentNews:
    """News of the payment of that order, or of the one with these names."""
    return PaymentNews(tuple(names) or ((ORDER, reference),), SILENT._replace(**facts), test, sure)


def late(*codes: str, reference: str = "1001", **fields: Any) -> LateCodes:
    return LateCodes(((ORDER, reference),), codes, **fields)


def tell(*told: Told, store: Store | None = None, now: datetime = NOW) -> list[str]:
    """Tell it to the store's books, all at once; what became of each."""
    store = store or factories.store()
    with transaction.atomic():
        return [str(each) for each in record(told, store=store, meanings=Meanings(store), now=now)]


def tell_each(*told: Told, store: Store | None = None) -> list[str]:
    """The same, one after the other."""
    return [outcome for each in told for outcome in tell(each, store=store)]


def known(product: str = "clipcutter", **fields: Any) -> Edition:
    """An edition that the store's product means."""
    edition = factories.edition(sku=f"{product}-windows")
    factories.mapping(edition=edition, product_ref=product, **fields)
    return edition


def shelf_of(email: str, now: datetime = NOW) -> list[Holding]:
    owner = Customer.objects.filter(addresses__canonical=email).first()
    return holdings_of(owner, now=now) if owner else []


def standings(email: str = "anna@example.com", now: datetime = NOW) -> list[str]:
    """Of each unit, in the order of their numbers within a line."""
    holdings = shelf_of(email, now)
    by_license = {pk: str(each.standing) for each in holdings for pk in each.license_ids}
    units = License.objects.filter(pk__in=by_license).order_by("line__position", "unit")
    return [by_license[each.pk] for each in units] or [str(each.standing) for each in holdings]
