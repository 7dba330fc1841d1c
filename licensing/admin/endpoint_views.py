"""The addresses behind adding an endpoint and behind the buttons of its page."""

from __future__ import annotations

from copy import copy
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from licensing.admin.endpoint_deeds import possible
from licensing.admin.endpoint_forms import New
from licensing.console.cells import page_of
from licensing.console.pages import ReadOnly
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with
from licensing.keys.sources.hosts import NotAllowed
from licensing.models import Endpoint
from licensing.outgoing.endpoints import NotPossible, add


class Tellable(ReadOnly):
    """Nothing of an endpoint is edited in place: each change is a deed that says what it brings about."""

    change_form_template = "console/exchange.html"

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(
            only_with("licensing.change_endpoint")(asks_for_proof(require_POST(self.act)))
        )
        own = path("<uuid:endpoint_id>/do/<slug:name>/", act, name="licensing_endpoint_act")
        return [own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("licensing.add_endpoint")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Proved before anything is typed: a proof that is asked for afterwards loses it."""
        return super().change_view(request, object_id, form_url, extra_context)

    asks_for_proof(change_view, when=lambda request, **_: request.user.has_perm("licensing.change_endpoint"))

    @only_with("licensing.add_endpoint")
    @asks_for_proof
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = New(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                by = request.user.get_username()
                made, secret = add(form.wanted, endpoint_id=form.cleaned_data["press"], by=by)
                return self.secret_page(request, made, secret)
            except (NotAllowed, NotPossible) as problem:
                form.add_error(None, str(problem))
        context = {"form": form, "title": "Add an endpoint"}
        return self.page(request, "console/endpoint_add.html", context, status=422 if form.errors else 200)

    def secret_page(self, request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
        """The only page that ever shows it."""
        context = {
            "endpoint": endpoint,
            "secret": secret,
            "address": page_of(endpoint),
            "title": f"Secret of {endpoint}",
        }
        return self.page(request, "console/endpoint_secret.html", context)

    def page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, context, status=status)

    def act(self, request: HttpRequest, endpoint_id: UUID, name: str) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        now = timezone.now()
        endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
        if endpoint is None:
            raise Http404
        deed = next((each for each in possible(endpoint, now=now) if each.name == name), None)
        if deed is None:
            messages.error(request, "That is not possible as the endpoint stands now. Nothing was changed.")
            return HttpResponseRedirect(page_of(endpoint))
        form = deed.form(request.POST)
        if not form.is_valid():
            return self.shown_again(request, endpoint, {name: form})
        try:
            done = deed.act(endpoint, form, request.user.get_username(), now)
        except (NotAllowed, NotPossible) as problem:
            messages.error(request, str(problem))
        else:
            if done.secret:
                return self.secret_page(request, endpoint, done.secret)
            messages.success(request, done.words)
        return HttpResponseRedirect(page_of(endpoint))

    def shown_again(
        self, request: HttpRequest, endpoint: Endpoint, tried: dict[str, forms.Form]
    ) -> HttpResponse:
        """The page with what was typed, and what is wrong with it."""
        looking = copy(request)
        looking.method = "GET"
        response = self.change_view(looking, str(endpoint.pk), extra_context={"forms": tried})
        response.status_code = 422
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        endpoint: Endpoint | None = kwargs.get("obj")
        if endpoint is not None and self.has_settle_permission(request):
            context["deeds"] = deeds_on(endpoint, context.get("forms", {}))
        return super().render_change_form(request, context, *args, **kwargs)


def deeds_on(endpoint: Endpoint, tried: dict[str, forms.Form]) -> list[dict[str, Any]]:
    return [
        {
            "deed": deed,
            "form": tried.get(deed.name) or deed.form(),
            "open": deed.name in tried,
            "address": reverse("admin:licensing_endpoint_act", args=[endpoint.pk, deed.name]),
        }
        for deed in possible(endpoint, now=timezone.now())
    ]
