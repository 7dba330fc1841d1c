"""What endpoints were told: what became of each, and telling it again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from licensing.admin.endpoints import TONES
from licensing.console.cells import choice, happened, link, number, page_of, text, when
from licensing.console.pages import ReadOnly
from licensing.console.search import first
from licensing.console.told_events import given_up
from licensing.console.told_words import counted
from licensing.models import Delivery, DeliveryState
from licensing.outgoing.replay import replay

AGAIN = "It goes again under the same id: a system that took it already knows it by that."


def by_event(term: str) -> set[UUID]:
    """Deliveries of the event that a receiver calls `evt_…`."""
    try:
        event = UUID(term.strip().lower().removeprefix("evt_"))
    except ValueError:
        return set()
    return first(Delivery.objects.filter(event=event))


class InState(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"
    LATELY = "lately"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (self.LATELY, "given up in the last 7 days"),
            *((value, str(label)) for value, label in DeliveryState.choices),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == self.LATELY:
            return queryset.filter(pk__in=given_up(now=timezone.now()).values("pk"))
        return queryset.filter(state=self.value()) if self.value() in DeliveryState.values else queryset


@admin.display(description="next attempt")
def next_attempt(delivery: Delivery) -> str:
    waits = delivery.state == DeliveryState.WAITING and delivery.endpoint.enabled
    return when("due_at", "")(delivery) if waits else "–"


@admin.display(description="what it says")
def what_it_says(delivery: Delivery) -> str:
    return format_html('<pre class="payload">{}</pre>', json.dumps(json.loads(delivery.body), indent=2))


class DeliveryAdmin(ReadOnly):
    change_form_template = "console/exchange.html"
    actions = ("send_again",)
    list_display = (
        text("kind", "event"),
        choice("state", "state", TONES),
        link("endpoint", "endpoint"),
        number("attempts", "attempts"),
        text("answer", "last answer"),
        next_attempt,
        when("created_at", "happened"),
    )
    list_select_related = ("endpoint",)
    list_filter = (InState,)
    search_help_text = "The id that the receiver knows the event by (evt_…); id"
    ways = ((by_event, "pk"),)
    details = (
        choice("state", "state", TONES),
        link("endpoint", "endpoint"),
        text("webhook_id", "the receiver's id of it"),
        text("answer", "last answer"),
        number("attempts", "attempts"),
        when("attempt_at", "last attempt"),
        next_attempt,
        when("done_at", "delivered, or given up"),
        when("created_at", "happened"),
        what_it_says,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("endpoint")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what has not happened to it."""
        return happened(self.details, obj)

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(require_POST(self.act))
        own = path("<uuid:delivery_id>/again/", act, name="licensing_delivery_again")
        return [own, *super().get_urls()]

    def act(self, request: HttpRequest, delivery_id: UUID) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        delivery = Delivery.objects.filter(pk=delivery_id).first()
        if delivery is None:
            raise Http404
        self.tell(request, [delivery])
        return HttpResponseRedirect(page_of(delivery))

    @admin.action(description="Tell again", permissions=["settle"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self.tell(request, queryset)

    def tell(self, request: HttpRequest, deliveries: Iterable[Delivery]) -> None:
        chosen = [each.pk for each in deliveries]
        again = replay(chosen, by=request.user.get_username())
        if again:
            messages.success(request, f"{counted(again, 'event')} will be told again in a moment.")
        if again < len(chosen):
            left = counted(len(chosen) - again, "event")
            messages.warning(request, f"{left} not: the endpoint is off. Switch it on first.")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        delivery: Delivery | None = kwargs.get("obj")
        if delivery is not None and delivery.endpoint.enabled and self.has_settle_permission(request):
            deed = {"title": "Tell again", "says": AGAIN, "main": delivery.state == DeliveryState.FAILED}
            address = reverse("admin:licensing_delivery_again", args=[delivery.pk])
            context["deeds"] = [{"deed": deed, "address": address}]
        return super().render_change_form(request, context, *args, **kwargs)

    def name_of(self, row: Delivery) -> str:
        return f"{row.kind} · {row.endpoint}"
