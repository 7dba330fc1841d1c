"""The published list of retired codes: what stands on it, and how it was last signed. Its bytes are not shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from licensing.admin.keys import key_cell
from licensing.console.cells import link, number, state, text, when
from licensing.console.pages import ReadOnly
from licensing.console.search import customers, keys, orders
from licensing.models import RetiredCode, RetiredList


@admin.display(description="state")
def listing_state(code: RetiredCode) -> str:
    return state("on the list", "bad") if code.listed else state("taken off", "off")


@admin.display(description="fingerprint")
def fingerprint(code: RetiredCode) -> str:
    return bytes(code.fingerprint).hex()


class RetiredCodeAdmin(ReadOnly):
    list_display = (
        listing_state,
        key_cell("key"),
        link("key__edition", "edition", label="sku"),
        fingerprint,
        number("sequence", "last changed by list"),
    )
    list_select_related = ("key__edition",)
    details = list_display
    search_help_text = "Code in any spelling; its last characters; address or name of the owner; order; id"
    ways = (
        (keys, "pk"),
        (customers, "key__assignments__license__owner"),
        (orders, "key__assignments__license__line__purchase"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("key__sealed", "key__fingerprint_a", "key__fingerprint_b")

    def name_of(self, row: RetiredCode) -> str:
        return fingerprint(row)


class RetiredListAdmin(ReadOnly):
    """One row: the list as it was last signed."""

    list_display = (
        number("sequence", "sequence"),
        when("issued_at", "signed"),
        when("expires_at", "expires"),
        text("signed_by", "signed by"),
        when("checked_at", "facts looked through until"),
    )
    details = (*list_display, text("digest", "SHA-256 of all that is listed"))
    search_help_text = "There is one row"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("document")  # megabytes

    @staticmethod
    def id_finder(term: str) -> list[Any]:
        return []

    def name_of(self, row: RetiredList) -> str:
        return f"number {row.sequence}"
