"""The addresses behind the buttons of an event, and the same for several events of a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from licensing.console.cells import page_of
from licensing.console.event_words import told_by
from licensing.console.pages import ReadOnly
from licensing.console.told_words import consequence, counted
from licensing.intake.hooks.events import NotConfirmable, confirm, replay
from licensing.models import EventState, HookEvent

CONFIRMED: Final = "confirmed"  # the field that the page in between sends
AGAIN: Final = (
    "It is read once more, with what is on file now: a mapping or an order that came meanwhile. What is done already "
    "is not done twice."
)
TRUST: Final = "Nobody signed this notification. Confirm it only if you saw the same in the shop."
TRUST_ALL: Final = "Nobody signed these. Confirm only those that you saw in the shop, too."


class Repeatable(ReadOnly):
    """Events can be told again, and those that nobody signed can be confirmed."""

    change_form_template = "console/exchange.html"
    actions = ("tell_again", "confirm_events")

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(require_POST(self.act))
        own = path("<uuid:event_id>/do/<slug:name>/", act, name="licensing_hookevent_act")
        return [own, *super().get_urls()]

    def act(self, request: HttpRequest, event_id: UUID, name: str) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        event = HookEvent.objects.filter(pk=event_id).first()
        if event is None or name not in ("again", "confirm"):
            raise Http404
        deed = self.tell if name == "again" else self.confirm
        deed(request, [event])
        return HttpResponseRedirect(page_of(event))

    @admin.action(description="Tell again: read once more", permissions=["settle"])
    def tell_again(self, request: HttpRequest, queryset: QuerySet[HookEvent]) -> None:
        self.tell(request, queryset)

    @admin.action(description="Confirm: the shop really sent these", permissions=["settle"])
    def confirm_events(self, request: HttpRequest, queryset: QuerySet[HookEvent]) -> HttpResponse | None:
        """First a page that says what would happen, then the deed."""
        waiting = queryset.filter(state=EventState.UNCONFIRMED).select_related("connection__store")
        if request.POST.get(CONFIRMED) != "yes" and waiting:
            return self.asked_first(request, waiting)
        self.confirm(request, waiting)
        return None

    def asked_first(self, request: HttpRequest, events: Iterable[HookEvent]) -> HttpResponse:
        rows = [(event, consequences(event)) for event in events]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Confirm notifications",
            "trust": TRUST if len(rows) == 1 else TRUST_ALL,
            "rows": rows,
        }
        return TemplateResponse(request, "console/confirm_events.html", context)

    def tell(self, request: HttpRequest, events: Iterable[HookEvent]) -> None:
        events = list(events)
        with transaction.atomic():
            again = replay(events)
            for event in events:
                self.note(request, "told_again", event, "Told again")
        if again:
            messages.success(request, f"{counted(again, 'notification')} will be read again in a moment.")
        if again < len(events):
            left = counted(len(events) - again, "notification")
            messages.warning(request, f"{left} cannot be read again: what they said has been dropped by now.")

    def confirm(self, request: HttpRequest, events: Iterable[HookEvent]) -> None:
        with transaction.atomic():
            done = [event for event in events if confirmed(event)]
            for event in done:
                self.note(request, "confirmed", event, "Confirmed")
        if done:
            words = f"Confirmed: {counted(len(done), 'notification')}. This takes effect in a moment."
            messages.success(request, words)
        else:
            messages.warning(request, "None of these waits to be confirmed. Nothing was changed.")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        event: HookEvent | None = kwargs.get("obj")
        if event is not None and event.payload is not None and self.has_settle_permission(request):
            context["deeds"] = deeds_on(event)
        return super().render_change_form(request, context, *args, **kwargs)


def confirmed(event: HookEvent) -> bool:
    try:
        confirm(event, now=timezone.now())
    except NotConfirmable:
        return False
    return True


def consequences(event: HookEvent) -> list[str]:
    """What confirming it would bring about."""
    return [consequence(told) for told in told_by(event)] or [
        "It is read again, as if the shop had signed it."
    ]


def deeds_on(event: HookEvent) -> list[dict[str, Any]]:
    again = deed_on(event, "again", "Tell again", [AGAIN])
    if event.state != EventState.UNCONFIRMED:
        return [again]
    return [deed_on(event, "confirm", "Confirm", [*consequences(event), TRUST]), again]


def deed_on(event: HookEvent, name: str, title: str, says: list[str]) -> dict[str, Any]:
    address = reverse("admin:licensing_hookevent_act", args=[event.pk, name])
    return {"deed": {"title": title, "says": " ".join(says), "main": name == "confirm"}, "address": address}
