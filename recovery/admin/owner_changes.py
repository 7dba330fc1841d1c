"""Changes of who receives keys: what was asked, what fits, who decided, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from licensing.console.cells import EMPTY, choice, happened, link, page_of, state, text, when
from licensing.console.pages import ReadOnlyRows
from licensing.console.people import mailboxes
from licensing.console.search import customers, orders
from recovery.admin.owner_change_start import Startable
from recovery.admin.tones import CHANGE_TONES, MESSAGE_TONES
from recovery.models import ChangeKind, Message, OwnerChange


@admin.display(description="objection")
def objection(change: OwnerChange) -> str:
    return state("objected to: keys go to nobody", "bad") if change.frozen_at else EMPTY


@admin.display(description="moved")
def moved_rows(change: OwnerChange) -> str:
    """How many rows of each kind changed hands."""
    rows = change.moved.get("rows", {}) if isinstance(change.moved, dict) else {}
    words = ((name.split(".")[1], len(keys)) for name, keys in rows.items())
    return format_html_join(", ", "{}: {}", words) or EMPTY


@admin.display(description="what is handed on")
def thing(change: OwnerChange) -> str:
    if change.license:
        return format_html('<a href="{}">{}</a>', page_of(change.license), change.license.edition)
    if change.purchase:
        return format_html('<a href="{}">order {}</a>', page_of(change.purchase), change.purchase)
    return EMPTY


@admin.display(description="ended because of")
def why_ended(change: OwnerChange) -> str:
    return str(change.get_ended_because_display()) if change.ended_because else EMPTY


class Objected(admin.SimpleListFilter):
    title = "objection"
    parameter_name = "objected"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "objected to")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.exclude(frozen_at=None) if self.value() == "yes" else queryset


class Mails(ReadOnlyRows):
    model = Message
    columns = (
        "about",
        text("request__address", "to"),
        choice("state", "state", MESSAGE_TONES),
        text("reply", "server's words"),
        when("accepted_at", "accepted"),
    )
    select = ("request",)
    verbose_name_plural = "mails about it"


class OwnerChangeAdmin(Startable):
    customer_path = ("customer_id", "other_id")
    list_display = (
        "kind",
        choice("state", "state", CHANGE_TONES),
        link("customer", "from"),
        mailboxes("customer"),
        link("other", "to"),
        text("new_address", "new address"),
        text("decided_by", "decided by"),
        "who_has_it",
        when("asked_at", "asked"),
        when("effective_at", "takes effect"),
    )
    list_select_related = ("customer", "other", "license__edition__product", "purchase")
    list_filter = ("state", "kind", Objected)
    prefetch = ("customer__addresses", "other__addresses")
    search_help_text = "Address or name; order reference; id"
    ways = (
        (customers, "customer"),
        (customers, "other"),
        (orders, "purchase"),
        (orders, "license__line__purchase"),
    )
    details = (
        list_display[1],
        objection,
        *list_display[2:6],
        thing,
        text("asked_by", "begun by"),
        when("asked_at", "asked"),
        when("proved_at", "new mailbox proved"),
        text("decided_by", "decided by"),
        when("decided_at", "decided"),
        text("reason", "reason"),
        when("effective_at", "takes effect"),
        text("shortened_by", "wait shortened by"),
        text("shortened_reason", "because"),
        when("done_at", "in effect"),
        moved_rows,
        when("frozen_at", "objected to"),
        when("ended_at", "ended"),
        why_ended,
        text("ended_by", "ended by"),
    )
    inlines = (Mails,)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return happened(self.details, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What was typed is read by the page that shows it alone."""
        return super().get_queryset(request).defer("claimed")

    def name_of(self, row: OwnerChange) -> str:
        if row.customer is None:
            return row.new_address
        to = row.new_address or row.other or "a customer of its own"
        return f"{row.customer} to {to}" if row.kind != ChangeKind.MERGE else f"{row.customer} and {to}"
