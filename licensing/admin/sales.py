"""Purchases as the stores told them. Facts: nothing of them is edited here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from licensing.admin.meaning_said import placed_in
from licensing.console.cells import link, number, page_of, related, said, state, text, when
from licensing.console.pages import ReadOnly, ReadOnlyRows
from licensing.console.people import mailboxes
from licensing.console.search import customers, itself, keys, orders
from licensing.console.store_names import StoreFilter, store_name
from licensing.models import (
    Case,
    License,
    Purchase,
    PurchaseDispute,
    PurchaseLine,
    PurchaseReference,
    PurchaseRefund,
    PurchaseState,
    Store,
    with_addresses,
)

STATE_TONES = {
    PurchaseState.PAID: "good",
    PurchaseState.UNPAID: "wait",
    PurchaseState.UNCONFIRMED: "wait",
    PurchaseState.REFUNDED: "bad",
    PurchaseState.DISPUTED: "bad",
    PurchaseState.TEST: "off",
}


@admin.display(description="state")
def purchase_state(purchase: Purchase) -> str:
    return state(purchase.state.label, STATE_TONES[purchase.state])


@admin.display(description="meaning here")
def placement(line: PurchaseLine) -> str:
    """Whether a mapping said what the line means, or why none is asked; else the way to make one."""
    if line.placed_at:
        return state("placed", "good")
    if line.purchase.test:
        return state("test: makes no license", "off")
    return format_html("{} {}", state("no mapping", "wait"), saying(line, back=page_of(line)))


def saying(line: PurchaseLine, *, back: str) -> str:
    """The way to a new mapping, filled in as far as it is known; once it is saved, it leads to `back`."""
    known = {"store": str(line.purchase.store_id), "product_ref": line.product_ref, "variant": line.variant}
    address = f"{reverse('admin:licensing_mapping_add')}?{urlencode({**known, 'next': back})}"
    return format_html('<a href="{}">Say what it means</a>', address)


class Lines(ReadOnlyRows):
    model = PurchaseLine
    select = ("purchase", "receiver")
    prefetch = (with_addresses("receiver"),)
    columns = (
        "name",
        "product_ref",
        "variant",
        number("quantity", "quantity"),
        link("receiver", "receiver"),
        placement,
    )


class References(ReadOnlyRows):
    model = PurchaseReference
    columns = ("kind", "value")
    show_change_link = False


class Refunds(ReadOnlyRows):
    model = PurchaseRefund
    columns = ("line", "reference", number("units", "units"), when("at", "refunded"))
    show_change_link = False


class Disputes(ReadOnlyRows):
    model = PurchaseDispute
    columns = (text("reference", "the shop's id"), when("at", "disputed"), when("won_at", "won"))
    show_change_link = False


class PurchaseAdmin(ReadOnly):
    customer_path = ("buyer_id",)
    list_display = (
        "reference",
        link("store", "store", words=store_name),
        link("buyer", "buyer"),
        mailboxes("buyer"),
        purchase_state,
        when("ordered_at", "ordered"),
        when("recorded_at", "recorded"),
    )
    list_select_related = ("store", "buyer")
    list_filter = (("store", StoreFilter),)
    prefetch = (with_addresses("buyer"),)
    search_help_text = (
        "Order reference, or any other of the order's; address or name; code, or its last characters; id"
    )
    ways = (
        (orders, "pk"),
        (customers, "buyer"),
        (customers, "lines__receiver"),
        (keys, "lines__licenses__assignments__key"),
    )
    details = (
        *list_display[:-2],
        related(("licenses", License, "line__purchase"), ("cases", Case, "purchase")),
        link("same_as", "same order as", label="reference"),
        when("ordered_at", "ordered"),
        when("confirmed_at", "confirmed by the store"),
        when("paid_at", "paid"),
        when("refunded_at", "refunded"),
        number("refunded_units", "units refunded"),
        when("disputed_at", "disputed"),
        when("won_at", "dispute won"),
        said("newsletter_consent", "wants the newsletter"),
        when("recorded_at", "recorded"),
    )
    inlines = (Lines, References, Refunds, Disputes)


class Unplaced(admin.SimpleListFilter):
    """The lines that wait for a mapping have an index of their own."""

    title = "meaning here"
    parameter_name = "placed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "no mapping")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        waiting = PurchaseLine.objects.unplaced()
        return queryset.filter(pk__in=waiting.order_by()) if self.value() == "no" else queryset


class PurchaseLineAdmin(ReadOnly):
    customer_path = ("receiver_id", "purchase__buyer_id")
    list_display = (
        "name",
        "product_ref",
        text("variant", "variant"),
        number("quantity", "quantity"),
        link("purchase", "order", label="reference"),
        link("purchase__store", "store", words=store_name),
        link("receiver", "receiver"),
        placement,
    )
    list_select_related = ("purchase__store", "receiver")
    prefetch = (with_addresses("receiver"),)
    list_filter = (Unplaced,)
    actions = ("place_now",)
    search_help_text = (
        "Order reference; address or name; code; the store's product id, where no mapping knows it; id"
    )
    ways = (
        (orders, "purchase"),
        (customers, "receiver"),
        (customers, "purchase__buyer"),
        (keys, "licenses__assignments__key"),
    )
    details = (
        *list_display,
        related(("licenses", License, "line")),
        "registered_name",
        when("placed_at", "placed"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("sealed_code")  # up to 64 KB, and never shown

    @admin.action(
        description="Place now, with all of the same shop that a mapping knows", permissions=["settle"]
    )
    def place_now(self, request: HttpRequest, queryset: QuerySet[PurchaseLine]) -> None:
        """Make licenses and keys of the lines of these shops that have a meaning by now."""
        shops = Store.objects.filter(pk__in=queryset.values("purchase__store"))
        self.message_user(request, placed_in(list(shops)))

    def found(self, term: str) -> set[Any]:
        """Also by the store's product id, among the lines without a mapping: those have an index for it."""
        unplaced = PurchaseLine.objects.unplaced().filter(product_ref=term).order_by()
        return super().found(term) | set(unplaced.values_list("pk", flat=True)[:200])


class PurchaseReferenceAdmin(ReadOnly):
    customer_path = ("purchase__buyer_id",)
    list_display = (
        "value",
        "kind",
        link("purchase", "order", label="reference"),
        link("purchase__store", "store", words=store_name),
    )
    list_select_related = ("purchase__store",)
    details = list_display
    search_help_text = "The reference itself; order reference; address or name of the buyer"
    ways = (
        (itself, "value"),
        (orders, "purchase"),
        (customers, "purchase__buyer"),
        (keys, "purchase__lines__licenses__assignments__key"),
    )

    def name_of(self, row: PurchaseReference) -> str:
        return f"{row.kind}: {row.value}"


class PurchaseRefundAdmin(ReadOnly):
    """Money back for some units of an order, as its shop told it."""

    customer_path = ("purchase__buyer_id",)
    list_display = (
        text("reference", "the shop's id"),
        text("line", "line"),
        number("units", "units"),
        link("purchase", "order", label="reference"),
        link("purchase__store", "shop"),
        when("at", "refunded"),
    )
    list_select_related = ("purchase__store",)
    details = list_display
    search_help_text = "Order reference; address or name of the buyer; id"
    ways = ((orders, "purchase"), (customers, "purchase__buyer"))

    def name_of(self, row: PurchaseRefund) -> str:
        return f"{row.units} of order {row.purchase.reference}"


class PurchaseDisputeAdmin(ReadOnly):
    """A dispute over the payment of an order, as its shop named it."""

    customer_path = ("purchase__buyer_id",)
    list_display = (
        text("reference", "the shop's id"),
        link("purchase", "order", label="reference"),
        link("purchase__store", "shop"),
        when("at", "disputed"),
        when("won_at", "won"),
    )
    list_select_related = ("purchase__store",)
    details = list_display
    search_help_text = "Order reference; address or name of the buyer; id"
    ways = ((orders, "purchase"), (customers, "purchase__buyer"))

    def name_of(self, row: PurchaseDispute) -> str:
        return f"{row.reference or 'A dispute'} of order {row.purchase.reference}"
