"""Keys of the vendor's own systems: made here, shown once, revoked here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from licensing.console.cells import number, page_of, state, text, when
from licensing.console.pages import ReadOnly
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with
from licensing.console.search import itself
from licensing.console.second_person import ForTwo, approved_by, needs_second_person
from recovery.admin.api_key_filters import SOON, EndsSoon
from recovery.admin.api_key_forms import NewKey
from recovery.errors import NameTaken
from recovery.journeys.api_keys import make, revoke
from recovery.models import ApiKey, Scope

REVOKE: Final = SimpleNamespace(
    title="Revoke this key",
    says="From the next call on it opens nothing, and it cannot be brought back. Make another one for the system "
    "first, if that is to go on.",
)


@admin.display(description="state")
def key_state(key: ApiKey) -> str:
    if key.revoked_at:
        return state("revoked", "off")
    now = timezone.now()
    if key.is_over(now=now):
        return state("expired", "off")
    return state("ends soon", "wait") if key.is_over(now=now + SOON) else state("good", "good")


class ApiKeyAdmin(ReadOnly):
    change_form_template = "console/exchange.html"
    list_display = (
        "name",
        key_state,
        text("hint", "begins with"),
        text("scopes", "may do"),
        when("expires_at", "ends"),
        when("last_used_at", "last used"),
    )
    list_filter = (EndsSoon,)
    details = (
        key_state,
        text("hint", "begins with"),
        text("scopes", "may do"),
        number("per_minute", "calls a minute"),
        when("expires_at", "ends"),
        when("last_used_at", "last used"),
        text("made_by", "made by"),
        text("approved_by", "approved by"),
        when("made_at", "made"),
        when("revoked_at", "revoked"),
        text("revoked_by", "revoked by"),
    )
    search_help_text = "The key's name, or its id"
    ways = ((itself, "name"),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recovery.add_apikey")

    def get_urls(self) -> list[URLPattern]:
        ending = self.admin_site.admin_view(require_POST(self.revoke_view))
        own = path("<uuid:key_id>/revoke/", ending, name="recovery_apikey_revoke")
        return [own, *super().get_urls()]

    @only_with("recovery.add_apikey")
    @asks_for_proof
    @needs_second_person(ForTwo.ACCOUNTS, "Make an API key", form=NewKey)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form; after it, once, the key."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewKey(request.POST or None)
        made = made_of(form, request) if form.is_valid() else None
        status = 422 if form.is_bound and not made else 200
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form, "made": made}
        context["title"] = f"The key of {made[0]}" if made else "Make an API key"
        return TemplateResponse(request, "console/api_key_made.html", context, status=status)

    def revoke_view(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        if revoke(key_id, by=request.user.get_username(), now=timezone.now()):
            messages.success(request, "Revoked. It opens nothing any more.")
        else:
            messages.info(request, "It was revoked already, or there is no such key.")
        return HttpResponseRedirect(page_of(ApiKey(pk=key_id)))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        key: ApiKey | None = kwargs.get("obj")
        if key is not None and not key.revoked_at and self.has_settle_permission(request):
            address = reverse("admin:recovery_apikey_revoke", args=[key.pk])
            context["deeds"] = [{"deed": REVOKE, "form": forms.Form(), "address": address, "open": False}]
        return super().render_change_form(request, context, *args, **kwargs)


def made_of(form: NewKey, request: HttpRequest) -> tuple[ApiKey, str] | None:
    """The row and the key; None, with the form saying why, where the name is taken."""
    typed = form.cleaned_data
    try:
        return make(
            name=typed["name"],
            scopes=[Scope(each) for each in typed["scopes"]],
            expires_at=timezone.now() + form.life,
            per_minute=typed["per_minute"],
            by=request.user.get_username(),
            approved_by=approved_by(request),
        )
    except NameTaken:
        form.add_error("name", "Another key has this name, or had it. Names are not used again.")
        return None
