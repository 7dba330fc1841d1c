"""Keys asked of generators, and the keys that this service signs with. Their private halves are never read here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from licensing.admin.keys import key_cell
from licensing.console.cells import choice, link, number, state, text, when
from licensing.console.pages import ReadOnly
from licensing.console.people import mailboxes
from licensing.console.search import customers, keys, orders
from licensing.models import KeyOrder, OrderState, SigningKey, with_addresses

ORDER_TONES = {
    OrderState.OPEN: "wait",
    OrderState.ANSWERED: "info",
    OrderState.USED: "good",
    OrderState.REFUSED: "bad",
}


class KeyOrderAdmin(ReadOnly):
    """The id is the request id that the generator was asked with."""

    customer_path = ("license__owner_id",)
    list_display = (
        choice("state", "state", ORDER_TONES),
        link("edition", "edition", label="sku"),
        link("license", "license", words=lambda license: license.edition.sku),
        link("license__owner", "owner"),
        mailboxes("license__owner"),
        number("attempts", "attempts"),
        text("problem", "what went wrong last"),
        when("created_at", "asked"),
        when("answered_at", "answered"),
    )
    list_select_related = ("edition", "license__edition", "license__owner", "key")
    prefetch = (with_addresses("license__owner"),)
    search_help_text = "Address or name of the owner; order reference; code; id"
    ways = ((customers, "license__owner"), (orders, "license__line__purchase"), (keys, "key"))
    details = (
        "id",
        *list_display,
        key_cell("key"),
        when("due_at", "asked next"),
        when("lease_until", "worker's lease ends"),
    )

    def name_of(self, row: KeyOrder) -> str:
        return f"{row.edition} for {row.license.owner or 'no owner'}"


@admin.display(description="state")
def signing_state(key: SigningKey) -> str:
    return state("withdrawn", "off") if key.withdrawn_at else state("in use", "good")


@admin.display(description="public half")
def public_half(key: SigningKey) -> str:
    return bytes(key.public).hex()


class SigningKeyAdmin(ReadOnly):
    list_display = (
        "name",
        "purpose",
        signing_state,
        when("created_at", "made"),
        when("withdrawn_at", "withdrawn"),
    )
    details = (*list_display, public_half)
    search_help_text = "Id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("sealed")
