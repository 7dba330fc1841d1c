"""What support added to customers' files, as lists. Written and withdrawn on the customer's page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator

from licensing.admin.keys import key_cell, masked_text
from licensing.console.cells import link, number, state, text, when
from licensing.console.pages import ReadOnly
from licensing.console.search import customers, keys, orders
from licensing.models import CodeReveal, CustomerNote, RefundMark, with_addresses


@admin.display(description="note")
def beginning(note: CustomerNote) -> str:
    return Truncator(note.text).chars(80)


@admin.display(description="state")
def note_state(note: CustomerNote) -> str:
    return state("withdrawn", "off") if note.withdrawn_at else state("stands", "good")


@admin.display(description="state")
def mark_state(mark: RefundMark) -> str:
    return state("taken back", "off") if mark.withdrawn_at else state("stands", "bad")


class CustomerNoteAdmin(ReadOnly):
    list_display = (
        link("customer", "customer"),
        beginning,
        text("by", "by"),
        note_state,
        when("written_at", "written"),
    )
    list_select_related = ("customer",)
    prefetch = (with_addresses("customer"),)
    details = (
        link("customer", "customer"),
        "text",
        text("by", "by"),
        note_state,
        when("written_at", "written"),
        when("withdrawn_at", "withdrawn"),
        text("withdrawn_by", "withdrawn by"),
    )
    search_help_text = "Address, name or company of the customer; order reference; id"
    ways = ((customers, "customer"), (orders, "customer__purchases"))


class CodeRevealAdmin(ReadOnly):
    list_display = (
        key_cell("key"),
        link("license__owner", "customer"),
        text("by", "by"),
        text("get_reason_display", "reason"),
        when("at", "looked"),
    )
    list_select_related = ("key", "license__owner")
    prefetch = (with_addresses("license__owner"),)
    details = (
        key_cell("key"),
        link("license", "license", words=lambda license: license.pk),
        link("license__owner", "customer"),
        text("by", "by"),
        "reason",
        text("words", "in their words"),
        when("at", "looked"),
    )
    search_help_text = "Code in any spelling; its last characters; address or name of the owner; id"
    ways = ((keys, "key"), (customers, "license__owner"), (orders, "license__line__purchase"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("key__sealed", "key__fingerprint_a", "key__fingerprint_b")

    def name_of(self, row: CodeReveal) -> str:
        return f"{masked_text(row.key)} by {row.by}"


class RefundMarkAdmin(ReadOnly):
    list_display = (
        link("purchase", "order", label="reference"),
        link("purchase__buyer", "customer"),
        number("units", "units"),
        text("by", "by"),
        text("reason", "reason"),
        mark_state,
        when("at", "marked"),
    )
    list_select_related = ("purchase__buyer",)
    prefetch = (with_addresses("purchase__buyer"),)
    details = (
        *list_display[:-1],
        link("line", "line", label="name"),
        when("at", "marked"),
        when("withdrawn_at", "taken back"),
        text("withdrawn_by", "taken back by"),
    )
    search_help_text = "Order reference; address or name of the buyer; id"
    ways = ((orders, "purchase"), (customers, "purchase__buyer"))

    def name_of(self, row: RefundMark) -> str:
        return f"{row.units or 'all'} of order {row.purchase.reference}"
