"""The addresses behind connecting a shop and behind the buttons of a connection's page."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from licensing.admin.connection_deeds import Deed, Unsettled, possible
from licensing.admin.connection_forms import NewConnection
from licensing.admin.connection_new import Chosen, chosen, make
from licensing.console.cells import page_of
from licensing.console.connecting import kinds_that_notify, steps_of, stores_that_notify
from licensing.console.pages import ReadOnly
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with
from licensing.intake.hooks.connections import BadSecret, address_of, shop_of
from licensing.models import Connection


class Connectable(ReadOnly):
    """Nothing of a connection is edited in place: each change is a deed that says what it brings about."""

    change_form_template = "console/connection.html"

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(
            only_with("licensing.change_connection")(asks_for_proof(require_POST(self.act)))
        )
        own = path("<uuid:connection_id>/do/<slug:name>/", act, name="licensing_connection_act")
        return [own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("licensing.add_connection")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Who may change it sees its address in full, which is as good as a secret; what is typed there is one."""
        return super().change_view(request, object_id, form_url, extra_context)

    asks_for_proof(
        change_view, when=lambda request, **_: request.user.has_perm("licensing.change_connection")
    )

    @only_with("licensing.add_connection")
    @asks_for_proof
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First which shop, then only what this kind of shop needs."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        shop = chosen(request.GET)
        if shop is None:
            return self.choice(request)
        if shop.store is None and not request.user.has_perm("licensing.add_store"):
            raise PermissionDenied
        return self.asked(request, shop)

    def choice(self, request: HttpRequest) -> HttpResponse:
        new = kinds_that_notify().items() if request.user.has_perm("licensing.add_store") else ()
        context = {"stores": stores_that_notify(), "kinds": list(new), "title": "Connect a shop"}
        return self.page(request, "console/connect.html", context)

    def asked(self, request: HttpRequest, shop: Chosen) -> HttpResponse:
        data = request.POST if request.method == "POST" else None
        form = NewConnection(data, shop=shop.shop, store=shop.store)
        if data is not None and form.is_valid():
            with transaction.atomic():
                made = make(shop, form)
                if made is not None:
                    self.log_addition(request, made, "Connected")
            if made is not None:
                messages.success(
                    request, "Connected. Now paste its address in the shop, as the steps below say."
                )
                return HttpResponseRedirect(page_of(made))
        context = {"form": form, "shop": shop.shop, "title": f"Connect {shop.title}"}
        return self.page(request, "console/connect_shop.html", context, status=422 if form.errors else 200)

    def page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, context, status=status)

    def act(self, request: HttpRequest, connection_id: UUID, name: str) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        now = timezone.now()
        connection = Connection.objects.select_related("store").filter(pk=connection_id).first()
        if connection is None:
            raise Http404
        deed = next(
            (each for each in possible(connection, shop_of(connection), now=now) if each.name == name), None
        )
        if deed is None:
            return self.too_late(request, connection)
        form = deed.form(request.POST)
        if not form.is_valid():
            return self.shown_again(request, connection, {name: form})
        try:
            messages.success(request, self.recorded(request, connection, deed, form, now=now))
        except (BadSecret, Unsettled) as problem:
            messages.error(request, problem.args[0])
        return HttpResponseRedirect(page_of(connection))

    def recorded(
        self, request: HttpRequest, connection: Connection, deed: Deed, form: forms.Form, *, now: datetime
    ) -> str:
        """What came of it: done and recorded, or neither. Raises what the deed does."""
        if deed.asks_shop:
            return self.tried(request, connection, deed, form, now=now)
        with transaction.atomic():
            self.log_change(request, connection, deed.title)
            return deed.act(connection, form, now)

    def tried(
        self, request: HttpRequest, connection: Connection, deed: Deed, form: forms.Form, *, now: datetime
    ) -> str:
        """Recorded before it begins, and how it ended: no transaction waits for a shop."""
        self.note(request, "trial_begun", connection, deed.title)
        ended = "without an answer"
        try:
            words = deed.act(connection, form, now)
            ended = "understood"
        except Unsettled:
            ended = "not understood"
            raise
        finally:
            self.note(request, "tried", connection, {"deed": deed.title, "ended": ended})
        return words

    def too_late(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        messages.error(request, "That is not possible as the connection stands now. Nothing was changed.")
        return HttpResponseRedirect(page_of(connection))

    def shown_again(
        self, request: HttpRequest, connection: Connection, tried: dict[str, forms.Form]
    ) -> HttpResponse:
        """The page with what was typed, secrets excepted, and what is wrong with it."""
        looking = copy(request)
        looking.method = "GET"
        response = self.change_view(looking, str(connection.pk), extra_context={"forms": tried})
        response.status_code = 422
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        connection: Connection | None = kwargs.get("obj")
        if connection is not None and self.has_settle_permission(request):
            context |= for_who_may_change(connection, context.get("forms", {}))
        return super().render_change_form(request, context, *args, **kwargs)


def for_who_may_change(connection: Connection, tried: dict[str, forms.Form]) -> dict[str, Any]:
    """The address, which only they see in full, the steps, and the deeds."""
    shop, url = shop_of(connection), address_of(connection)
    return {
        "url": url,
        "shop": shop,
        "needs_secret": shop.signed and not connection.sealed_secret,
        "steps": steps_of(shop, url=url),
        "deeds": [
            {
                "deed": deed,
                "form": tried.get(deed.name) or deed.form(),
                "open": deed.name in tried,
                "address": reverse("admin:licensing_connection_act", args=[connection.pk, deed.name]),
            }
            for deed in possible(connection, shop, now=timezone.now())
        ],
    }
