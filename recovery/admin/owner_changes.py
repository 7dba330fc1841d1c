"""Changes of who receives keys: what was asked, what fits, who decided, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from licensing.console.cells import address, choice, happened, link, text, when
from licensing.console.pages import ReadOnlyRows
from licensing.console.people import mailboxes
from licensing.console.search import customers, orders
from licensing.models import with_addresses
from recovery.admin.owner_change_cells import (
    answer_awaited,
    giving_way,
    goes_to,
    licenses_leaving,
    moved_rows,
    new_name,
    objection,
    orders_leaving,
    standing,
    standing_in_list,
    takes_effect,
    takes_effect_in_list,
    thing,
    told,
    why_ended,
)
from recovery.admin.owner_change_start import Startable
from recovery.admin.tones import MESSAGE_TONES, MESSAGE_WORDS
from recovery.models import ChangeKind, Message, MessageKind, OwnerChange
from recovery.owners.told import nobody_told


class Awaited(admin.SimpleListFilter):
    title = "who has to say something"
    parameter_name = "awaits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("support", "support decides"), ("customer", "the customer was asked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "customer":
            return queryset & OwnerChange.objects.with_the_customer()
        return queryset & OwnerChange.objects.undecided() if self.value() == "support" else queryset


class Objected(admin.SimpleListFilter):
    title = "objection"
    parameter_name = "objected"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "objected to")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.exclude(frozen_at=None) if self.value() == "yes" else queryset


class Unheard(admin.SimpleListFilter):
    title = "who was told"
    parameter_name = "told"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nobody", "nobody: a lead decides")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=nobody_told()) if self.value() == "nobody" else queryset


class WithItsProof(BaseInlineFormSet):  # type: ignore[type-arg]  # takes none at run time
    """The mails of a change, and before them the one that proves the new mailbox, which is the claim's and not its."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        change = self.instance
        proof = Q(request=change.request_id, kind=MessageKind.CLAIM) if change.request_id else Q()
        rows = kwargs.get("queryset")
        if rows is not None:
            self.queryset = rows.filter(Q(change=change) | proof).order_by("pk") if proof else self.queryset


class Mails(ReadOnlyRows):
    model = Message
    columns = (
        told,
        address("request__address", "to"),
        choice("state", "state", MESSAGE_TONES, short=MESSAGE_WORDS),
        text("reply", "server's words"),
        when("accepted_at", "accepted"),
    )
    select = ("request",)
    verbose_name_plural = "mails about it"
    formset = WithItsProof


class OwnerChangeAdmin(Startable):
    customer_path = ("customer_id", "other_id")
    list_display = (
        "kind",
        standing_in_list,
        link("customer", "from"),
        mailboxes("customer"),
        goes_to,
        "who_has_it",
        when("asked_at", "asked"),
        takes_effect_in_list,
    )
    list_select_related = (
        "customer",
        "other",
        "license__edition__product",
        "license__line__purchase",
        "purchase",
    )
    list_filter = ("state", "kind", Awaited, Objected, Unheard)
    prefetch = (with_addresses("customer"), with_addresses("other"))
    search_help_text = "Address or name; order reference; id"
    ways = (
        (customers, "customer"),
        (customers, "other"),
        (orders, "purchase"),
        (orders, "license__line__purchase"),
    )
    details = (
        standing,
        objection,
        *list_display[2:4],
        link("other", "to"),
        mailboxes("other"),
        address("new_address", "new address"),
        thing,
        new_name,
        giving_way,
        orders_leaving,
        licenses_leaving,
        text("asked_by", "begun by"),
        when("asked_at", "asked"),
        when("proved_at", "new mailbox proved"),
        answer_awaited,
        text("decided_by", "decided by"),
        when("decided_at", "decided"),
        text("reason", "reason"),
        takes_effect,
        text("shortened_by", "wait shortened by"),
        text("shortened_reason", "because"),
        text("confirmed_by", "confirmed by"),
        text("confirmed_reason", "although nobody was told, because"),
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
