"""Shops that send notifications: how each is connected, when it was last heard, and what came of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from licensing.admin.catalog import ByHand
from licensing.admin.connection_views import Connectable
from licensing.console.cells import EMPTY, happened, link, number, related, state, when
from licensing.console.connecting import AT_MOST, recent_states
from licensing.console.event_words import TONES
from licensing.console.heard import heard_words, silent
from licensing.console.store_names import full_name
from licensing.models import Connection, EventState, HookEvent, KeyAsk


@admin.display(description="last heard")
def last_heard(connection: Connection) -> str:
    return heard_words(connection, now=timezone.now())


@admin.display(description="state")
def connection_state(connection: Connection) -> str:
    if not connection.active:
        return state("paused", "off")
    return state("test mode", "info") if connection.test else state("active", "good")


@admin.display(description="last notifications")
def lately(connection: Connection) -> str:
    """What became of the newest of them."""
    counts: Counter[str] = recent_states(connection)
    if not counts:
        return EMPTY
    words = (
        state(f"{count} {EventState(each).label}", TONES[EventState(each)])
        for each, count in counts.most_common()
    )
    total = sum(counts.values())
    of = f"Of the last {AT_MOST}:" if total == AT_MOST else f"Of {total}:"
    return format_html("{} {}", of, format_html_join(" ", "{}", ((word,) for word in words)))


class Silent(admin.SimpleListFilter):
    title = "last heard"
    parameter_name = "heard"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("silent", "before, but not for a week")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "silent":
            return queryset
        return queryset.filter(pk__in=silent(now=timezone.now()).values("pk"))


class ConnectionAdmin(ByHand, Connectable):
    list_display = (
        "name",
        connection_state,
        last_heard,
        link("store", "shop", words=full_name),
        number("refusals", "refused"),
        related(("notifications", HookEvent, "connection")),
    )
    list_select_related = ("store",)
    list_filter = (Silent, "active", "test")
    search_fields = ("name", "store__name", "store__title", "store__kind")
    ordering = ("store__name", "name")
    details = (
        connection_state,
        last_heard,
        lately,
        when("refused_at", "last refused"),
        number("refusals", "refused"),
        link("store", "shop", words=full_name),
        related(("notifications", HookEvent, "connection"), ("requests for keys", KeyAsk, "connection")),
        when("former_until", "former secret valid until"),
        when("created_at", "connected"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("store")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what has not happened to it."""
        return happened(self.details, obj)

    def name_of(self, row: Connection) -> str:
        return str(row)
