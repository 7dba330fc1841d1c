"""Which rows: each filter is one that an index serves. Sealed codes are never read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from licensing.addresses import AddressError, canonical
from licensing.models import (
    Customer,
    Edition,
    EmailAddress,
    HookEvent,
    KeyAssignment,
    License,
    Purchase,
    PurchaseLine,
    PurchaseReference,
    RefundMark,
    Store,
    with_addresses,
)
from recovery.limits import address_digest
from recovery.models import DayFigure, Exchange, Figure, Message


def given(**filters: Any) -> dict[str, Any]:
    """Those that were asked for."""
    return {path: value for path, value in filters.items() if value not in (None, "")}


def all_purchases() -> QuerySet[Purchase]:
    """Four queries for a page."""
    marks = RefundMark.objects.filter(withdrawn_at=None).order_by("id")
    return Purchase.objects.select_related("store").prefetch_related(
        Prefetch("lines", PurchaseLine.objects.defer("sealed_code").order_by("position")),
        "references",
        Prefetch("refund_marks", marks, to_attr="standing_marks"),
    )


def purchases(
    *, store: str = "", reference: str = "", transaction: str = "", buyer: UUID | None = None
) -> QuerySet[Purchase]:
    """`store` is its name, and narrows `reference`: all orders of a store have no index of their own."""
    rows = all_purchases().filter(**given(reference=reference, buyer=buyer))
    if reference:
        stores = Store.objects.filter(**given(name=store))
        rows = rows.filter(store__in=list(stores.values_list("pk", flat=True)))
    if transaction:
        rows = rows.filter(pk__in=PurchaseReference.objects.filter(value=transaction).values("purchase"))
    return rows


def customers(*, email: str = "") -> QuerySet[Customer]:
    """`email`: whose it is now. One that is no address is nobody's."""
    rows = Customer.objects.prefetch_related(with_addresses())
    if not email:
        return rows
    try:
        current = EmailAddress.objects.current().filter(canonical=canonical(email, smtputf8=True))
    except AddressError:
        return rows.none()
    return rows.filter(pk__in=current.values("customer"))


def all_licenses() -> QuerySet[License]:
    """Two queries for a page."""
    open_ones = KeyAssignment.objects.open().select_related("key")
    open_ones = open_ones.only("license", "starts_at", "key__tail", "key__state", "key__registered_name")
    rows = License.objects.select_related("edition__product", "line__purchase").defer("line__sealed_code")
    return rows.prefetch_related(Prefetch("assignments", open_ones, to_attr="serving"))


def licenses(
    *, customer: UUID | None = None, purchase: UUID | None = None, ended: str = ""
) -> QuerySet[License]:
    """`ended`: `revoked` or `refunded`, each by itself and not with its order."""
    rows = all_licenses().filter(**given(owner=customer, line__purchase=purchase))
    return rows.filter(**{f"{ended}_at__isnull": False}) if ended else rows


def editions() -> QuerySet[Edition]:
    return Edition.objects.select_related("product")


def exchanges(
    *, license: UUID | None = None, customer: UUID | None = None, state: str = ""
) -> QuerySet[Exchange]:
    """`state`: one of the open ones."""
    rows = Exchange.objects.select_related("license", "from_edition", "to_edition")
    return rows.filter(**given(license=license, license__owner=customer, state=state))


def messages(*, customer: UUID | None = None, state: str = "") -> QuerySet[Message]:
    """`state`: `refused` or `withheld`. Two queries for a page, and one more for whom they went to."""
    rows = Message.objects.select_related("request").prefetch_related("failed_attempts")
    rows = rows.filter(**given(state=state))
    if customer is None:
        return rows
    known = EmailAddress.objects.filter(customer=customer).values_list("canonical", flat=True)
    return rows.filter(request__mailbox__in=[address_digest(each) for each in known])


def readers(mails: Iterable[Message]) -> dict[str, UUID]:
    """Address -> the customer whose it is now, of those that the mails went to."""
    asked = {each.request.address for each in mails if each.request}
    current = EmailAddress.objects.current().filter(canonical__in=asked)
    return dict(current.values_list("canonical", "customer"))


def events(*, purchase: UUID | None = None, state: str = "") -> QuerySet[HookEvent]:
    """`state`: one of those that wait for a person. What the shop sent is left out."""
    rows = HookEvent.objects.select_related("connection__store", "purchase").defer("payload")
    return rows.filter(**given(purchase=purchase, state=state))


def figures(*, since: date, until: date) -> QuerySet[DayFigure]:
    """By kind, day and part, as their index has them."""
    rows = DayFigure.objects.filter(figure__in=Figure.values, day__gte=since, day__lte=until)
    return rows.order_by("figure", "day", "part")
