"""The addresses behind the buttons: permission, one form, one call, and back to the page."""

from __future__ import annotations

from copy import copy
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from licensing.console.cells import page_of
from licensing.console.holding import Held
from recovery.admin.exchange_deeds import AFTER, DEEDS, in_plain_words, possible
from recovery.errors import RecoveryError
from recovery.models import Exchange, ExchangeState


class Decidable(Held):
    """An exchange's page with what may be done with it."""

    change_form_template = "console/exchange.html"

    def is_undecided(self, row: Any) -> bool:
        return bool(row.state == ExchangeState.ASKED)

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(require_POST(self.decide))
        own = path("<uuid:exchange_id>/do/<slug:name>/", decide, name="recovery_exchange_decide")
        return [own, *super().get_urls()]

    def decide(self, request: HttpRequest, exchange_id: UUID, name: str) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        if name not in DEEDS:
            raise Http404
        form = DEEDS[name].form(request.POST)
        if not form.is_valid():
            return self.shown_again(request, exchange_id, {name: form})
        try:
            written = form.cleaned_data.get("words", "")
            exchange = DEEDS[name].act(exchange_id, request.user.get_username(), written, timezone.now())
        except RecoveryError as error:
            messages.error(request, in_plain_words(error))
        else:
            messages.success(request, AFTER[ExchangeState(exchange.state)])
        return HttpResponseRedirect(page_of(Exchange(pk=exchange_id)))

    def shown_again(self, request: HttpRequest, exchange_id: UUID, forms: dict[str, Form]) -> HttpResponse:
        """The page with what was typed and what is wrong with it."""
        looking = copy(request)
        looking.method = "GET"
        response = self.change_view(looking, str(exchange_id), extra_context={"forms": forms})
        response.status_code = 422
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        exchange: Exchange | None = kwargs.get("obj")
        if exchange is not None and self.has_settle_permission(request):
            context["deeds"] = deeds_on(exchange, context.get("forms", {}))
        return super().render_change_form(request, context, *args, **kwargs)


def deeds_on(exchange: Exchange, forms: dict[str, Form]) -> list[dict[str, Any]]:
    return [
        {
            "deed": deed,
            "form": forms.get(deed.name) or deed.form(),
            "open": deed.name in forms,
            "address": reverse("admin:recovery_exchange_decide", args=[exchange.pk, deed.name]),
        }
        for deed in possible(exchange, now=timezone.now())
    ]
