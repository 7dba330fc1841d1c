"""What shops told: what came in, what became of it, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from licensing.admin.event_views import Repeatable
from licensing.admin.sales import saying
from licensing.console.cells import EMPTY, choice, happened, link, number, page_of, state, text, when
from licensing.console.event_text import UNREADABLE, laid_out
from licensing.console.event_words import TONES, lines_without_meaning, outcome, reason_now, unexplained
from licensing.console.pages import ReadOnly
from licensing.console.search import customers, first, orders
from licensing.console.store_names import connection_name
from licensing.intake.hooks.events import FOR_A_PERSON
from licensing.models import Connection, EventState, HookEvent, KeyAsk, KeyAskState, PurchaseLine

ASK_TONES = {
    KeyAskState.ANSWERED: "good",
    KeyAskState.PROMISED: "wait",
    KeyAskState.MAILED: "good",
    KeyAskState.REFUSED: "bad",
}
UNEXPLAINED = Prefetch("purchase__lines", unexplained().defer("sealed_code"), to_attr="unexplained")
SEALED = (
    "connection__sealed_address",
    "connection__sealed_secret",
    "connection__sealed_former_secret",
    "connection__sealed_api_key",
)


def by_event_id(term: str) -> set[UUID]:
    """Events with that id of the shop, on any connection: the index begins with it."""
    return first(HookEvent.objects.filter(connection__in=known_connections(), event_id=term))


def awaiting(term: str) -> set[UUID]:
    """Events that wait for that order, or other reference."""
    return first(HookEvent.objects.filter(state=EventState.WAITING, awaits=term))


def asked_orders(term: str) -> set[UUID]:
    """Requests for the keys of that order."""
    return first(KeyAsk.objects.filter(connection__in=known_connections(), order=term))


def known_connections() -> Collection[UUID]:
    return list(Connection.objects.values_list("pk", flat=True))


class InState(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"
    PERSON = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (self.PERSON, "needs a person"),
            *((value, str(label)) for value, label in EventState.choices),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == self.PERSON:
            return queryset.filter(state__in=FOR_A_PERSON, test=False)
        return queryset.filter(state=self.value()) if self.value() in EventState.values else queryset


@admin.display(description="what it says")
def what_it_says(event: HookEvent) -> str:
    """The payload, laid out, with codes masked; or why there is none."""
    said = laid_out(event)
    if event.payload is None:
        return said
    return state(said, "bad") if said == UNREADABLE else format_html('<pre class="payload">{}</pre>', said)


@admin.display(description="what became of it")
def became(event: HookEvent) -> str:
    return outcome(event)


@admin.display(description="needs a meaning")
def without_meaning(event: HookEvent) -> str:
    """Lines of its order that no mapping knows, each with the way to say what it means."""
    here = page_of(event)
    rows = ((line, saying(line, back=here)) for line in lines_without_meaning(event))
    return format_html_join("", '<p class="plain">{} {}</p>', rows) or EMPTY


@admin.display(description="state")
def event_state(event: HookEvent) -> str:
    """On file is good news only where every line of it means something."""
    lines = lines_at_hand(event) if event.state == EventState.DONE else []
    if lines:
        return state(f"on file, {len(lines)} unmapped", "wait")
    return state(event.get_state_display(), TONES[EventState(event.state)])


def lines_at_hand(event: HookEvent) -> list[PurchaseLine]:
    """Those without a meaning; the list has fetched them for all its rows."""
    known: list[PurchaseLine] | None = getattr(event.purchase, "unexplained", None)
    return lines_without_meaning(event) if known is None else known


@admin.display(description="reason")
def reason(event: HookEvent) -> str:
    """As it still holds."""
    return reason_now(event, lines_at_hand(event)) or EMPTY


@admin.display(description="order, or what it waits for")
def order(event: HookEvent) -> str:
    """The order on file; else what is known of its name, which may be all that there is before it is confirmed."""
    if event.purchase:
        return format_html('<a href="{}">{}</a>', page_of(event.purchase), event.purchase.reference)
    return event.awaits or EMPTY


@admin.display(description="mode")
def mode(event: HookEvent | KeyAsk) -> str:
    return state("test", "info") if event.test else EMPTY


class HookEventAdmin(Repeatable):
    customer_path = ("purchase__buyer_id",)
    list_display = (
        text("kind", "kind"),
        event_state,
        reason,
        order,
        link("connection", "shop", words=connection_name),
        mode,
        when("received_at", "received"),
    )
    list_select_related = ("connection__store", "purchase")
    list_filter = (InState,)
    search_help_text = "The shop's id of the notification; order reference, or any other of the order's; id"
    ways = ((by_event_id, "pk"), (awaiting, "pk"), (orders, "purchase"))
    details = (
        event_state,
        became,
        without_meaning,
        link("purchase", "order", label="reference"),
        link("connection", "shop", words=connection_name),
        mode,
        text("awaits", "waits for"),
        text("event_id", "the shop's id"),
        when("said_at", "happened, says the shop"),
        when("received_at", "received"),
        when("processed_at", "processed"),
        when("confirmed_at", "confirmed by support"),
        number("attempts", "attempts"),
        number("cards_removed", "card numbers removed"),
        what_it_says,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of connections, only what they are called; what was sent is read on the page of one."""
        rows = super().get_queryset(request).select_related("connection__store", "purchase").defer(*SEALED)
        return rows.defer("payload").prefetch_related(UNEXPLAINED) if is_list(request) else rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what has not happened to it."""
        return happened(self.details, obj)

    def name_of(self, row: HookEvent) -> str:
        return f"{row.kind or 'not understood'} · {row.connection}"


def is_list(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.url_name or "").endswith("_changelist")


class KeyAskAdmin(ReadOnly):
    """Requests of shops for keys while their customer waits, and how each was answered."""

    customer_path = ("purchase_line__purchase__buyer_id",)
    list_display = (
        text("order", "order"),
        text("line", "line"),
        number("units", "keys"),
        choice("state", "state", ASK_TONES),
        text("reason", "reason"),
        link("connection", "shop", words=connection_name),
        link("purchase_line__purchase", "purchase", label="reference"),
        mode,
        when("asked_at", "asked"),
        when("answered_at", "answered"),
    )
    list_select_related = ("connection__store", "purchase_line__purchase")
    list_filter = ("state",)
    search_help_text = "Order reference, as the shop or we call it; address or name of the buyer; id"
    ways = (
        (asked_orders, "pk"),
        (orders, "purchase_line__purchase"),
        (customers, "purchase_line__purchase__buyer"),
    )
    details = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        hidden = (*SEALED, "purchase_line__sealed_code")
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        return rows.defer(*hidden)

    def name_of(self, row: KeyAsk) -> str:
        return f"order {row.order} · {row.connection}"
