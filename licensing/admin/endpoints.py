"""Systems of the vendor's that are told of events: how each stands, and what became of what it was told."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, CharField, QuerySet, Value, When
from django.db.models.functions import StrIndex, Substr
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from licensing.admin.catalog import ByHand
from licensing.admin.endpoint_views import Tellable
from licensing.console.cells import EMPTY, happened, list_of, moment, number, related, state, text, when
from licensing.console.told_events import AT_MOST, recent_states, switched_off
from licensing.models import Delivery, DeliveryState, Endpoint, WhyOff

TONES = {DeliveryState.WAITING: "wait", DeliveryState.DELIVERED: "good", DeliveryState.FAILED: "bad"}


@admin.display(description="state")
def endpoint_state(endpoint: Endpoint) -> str:
    if not endpoint.enabled:
        return state("off", "off" if endpoint.disabled_because == WhyOff.BY_HAND else "bad")
    return state("failing", "bad") if endpoint.failing_since else state("on", "good")


@admin.display(description="why it is off")
def why_off(endpoint: Endpoint) -> str:
    return endpoint.get_disabled_because_display() or EMPTY


@admin.display(description="next attempt not before")
def resting(endpoint: Endpoint) -> str:
    now = timezone.now()
    until = endpoint.rests_until
    return moment(until, now=now) if endpoint.enabled and until and until > now else EMPTY


@admin.display(description="last events")
def lately(endpoint: Endpoint) -> str:
    """What became of the newest of them, each with the way to these."""
    counts = recent_states(endpoint)
    if not counts:
        return EMPTY
    words = [
        (
            list_of(Delivery, endpoint__id__exact=str(endpoint.pk), state=each),
            state(f"{count} {DeliveryState(each).label}", TONES[DeliveryState(each)]),
        )
        for each, count in counts.most_common()
    ]
    total = sum(counts.values())
    of = f"Of the last {AT_MOST}:" if total == AT_MOST else f"Of {total}:"
    return format_html("{} {}", of, format_html_join(" ", '<a href="{}">{}</a>', words))


@admin.display(description="events")
def kinds(endpoint: Endpoint) -> str:
    words = format_html_join(" ", "<code>{}</code>", ((each,) for each in endpoint.kinds))
    return format_html('<span class="events-told">{}</span>', words)


@admin.display(description="orders from files")
def files(endpoint: Endpoint) -> str:
    return "one by one" if endpoint.also_files else "each file as a whole"


class Standing(admin.SimpleListFilter):
    title = "state"
    parameter_name = "off"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "on"), ("yes", "off"), ("failed", "off, because it failed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "failed":
            return queryset.filter(pk__in=switched_off().values("pk"))
        return queryset.filter(enabled=self.value() == "no") if self.value() in ("yes", "no") else queryset


class EndpointAdmin(ByHand, Tellable):
    list_display = (
        text("shown_url", "address"),
        endpoint_state,
        "description",
        when("answered_at", "last took one"),
        when("failing_since", "failing since"),
        related(("deliveries", Delivery, "endpoint")),
    )
    list_filter = (Standing,)
    search_fields = ("place", "description")
    ordering = ("-id",)
    details = (
        endpoint_state,
        why_off,
        when("disabled_at", "off since"),
        lately,
        related(("all deliveries", Delivery, "endpoint")),
        when("answered_at", "last took one"),
        when("failing_since", "failing since"),
        number("failures", "failures in a row"),
        resting,
        text("shown_url", "address"),
        text("description", "what it is"),
        kinds,
        files,
        when("former_until", "former secret signs until"),
        when("created_at", "added"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What is searched ends before the query: found by its parts, it could be guessed sign by sign."""
        found = super().get_queryset(request).defer("sealed_secret", "sealed_former_secret")
        query = StrIndex("url", Value("?"))
        before = When(url__contains="?", then=Substr("url", 1, query - 1))
        placed: QuerySet[Any] = found.annotate(place=Case(before, default="url", output_field=CharField()))
        return placed

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what has not happened to it."""
        return happened(self.details, obj)

    def name_of(self, row: Endpoint) -> str:
        return str(row)
