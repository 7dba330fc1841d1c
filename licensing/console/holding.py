"""Pages of rows that one person should decide: opening one takes it, and tells the next who opens it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST

from licensing.console.cells import EMPTY, page_of, state
from licensing.console.pages import ReadOnly
from licensing.holds import look_at, take_over, with_holder


class Held(ReadOnly):
    """Only rows that are undecided are worth having, and only who may decide them takes them."""

    def is_undecided(self, row: Any) -> bool:
        raise NotImplementedError

    @admin.display(description="who has it")
    def who_has_it(self, row: Any) -> str:
        holder = getattr(row, "held_by", None)
        return state(holder, "info") if holder and self.is_undecided(row) else EMPTY

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_holder(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        take = self.admin_site.admin_view(require_POST(self.take))
        name = f"{self.opts.app_label}_{self.opts.model_name}_take"
        return [path("<uuid:pk>/take/", take, name=name), *super().get_urls()]

    def take(self, request: HttpRequest, pk: Any) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=pk)
        if take_over(row, by=request.user.get_username()):
            messages.success(request, "It is yours now. Whoever had it is told when they look again.")
        return HttpResponseRedirect(page_of(row))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None and self.is_undecided(row) and self.has_settle_permission(request):
            context["held"] = self.held_by_other(row, by=request.user.get_username())
        return super().render_change_form(request, context, *args, **kwargs)

    def held_by_other(self, row: Any, *, by: str) -> dict[str, Any] | None:
        """Who else has it, since when, and where to take it over; None for whom it is now theirs."""
        hold = look_at(row, by=by)
        if hold.by == by:
            return None
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_take"
        return {"hold": hold, "told": how_long(hold.since), "address": reverse(name, args=[row.pk])}


def how_long(since: datetime) -> str:
    """In words; of less than a minute, just that."""
    told = timesince(since)
    return "less than a minute" if told.startswith("0") else told
