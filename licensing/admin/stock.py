"""The stock of codes: a panel at each edition, and a page of all pools with the first to run dry on top."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_GET

from licensing.admin.catalog import EditionAdmin
from licensing.console.cells import EMPTY, page_of, state
from licensing.console.stocks import Pool, needs_codes, pools
from licensing.keys.sources import problem_with
from licensing.keys.sources.pool import Stock, serves_all_by_one, stock
from licensing.keys.waiting import waiting_licenses
from licensing.models import Edition, KeySource, with_addresses

NAMED = 5  # of those who wait
ENOUGH = 100  # beyond this nobody is counted
SOURCE = ("key_source", "key_source_options", "low_stock_level")


def stock_words(edition: Edition) -> str:
    """How many codes are left, how fast they go, and the day on which there is none."""
    if edition.key_source != KeySource.POOL:
        return "Its keys are made, not loaded."
    if serves_all_by_one(edition):
        return "One code serves all its buyers."
    found = stock(edition, timezone.now())
    if edition.stocked_at is None and not found.level:
        return "No pool is used: nothing was ever loaded."
    tone = "bad" if not found.level else "wait" if found.level < edition.low_stock_level else "good"
    return format_html(
        "{} {} used a day over the last 90 days. {}",
        state(f"{found.level:,} left", tone),
        per_day(found.used_per_day),
        outlook(found),
    )


def outlook(found: Stock) -> str:
    if not found.level:
        return "It is empty."
    return f"Runs dry on {date_format(found.dry_on, 'j F Y')}." if found.dry_on else "It does not run dry."


def per_day(used: float) -> str:
    return f"{used:,.1f}" if used >= 0.1 or not used else "under 0.1"


def problem(edition: Edition) -> str:
    words = problem_with(edition)
    return format_html("{} {}", state("cannot make keys", "bad"), words) if words else state("ready", "good")


def waiting_for_key(edition: Edition) -> str:
    """Licenses of paid orders that never had a key: the first of them by name."""
    rows = waiting_licenses(edition, now=timezone.now()).select_related("owner", "line__purchase")
    found = list(rows.prefetch_related(with_addresses("owner")).order_by("id")[: ENOUGH + 1])
    return named_and_counted(
        found[:NAMED], len(found), lambda license: str(license.owner or "nobody on file")
    )


def named_and_counted(rows: list[Any], count: int, name: Any) -> str:
    """Links to the first of them, and how many there are besides."""
    if not count:
        return EMPTY
    links = format_html_join(", ", '<a href="{}">{}</a>', ((page_of(each), name(each)) for each in rows))
    many = f"{ENOUGH}+" if count > ENOUGH else str(count)
    return format_html("{} {}", state(f"{many} waiting", "wait"), links)


class StockedEditionAdmin(EditionAdmin):
    """An edition with its stock; its list leads to all pools."""

    change_list_template = "console/editions.html"
    panel: tuple[str, ...] = ("stock", "source_state", "licenses_waiting")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        known = super().get_readonly_fields(request, obj)
        return (*known, *self.panel) if obj else known

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        apart = (*self.panel, *SOURCE) if obj else SOURCE
        others = [name for name in self.get_fields(request, obj) if name not in apart]
        return ((None, {"fields": others}), ("Where new keys come from", {"fields": apart}))

    @admin.display(description="stock")
    def stock(self, edition: Edition) -> str:
        return stock_words(edition)

    @admin.display(description="source")
    def source_state(self, edition: Edition) -> str:
        return problem(edition)

    @admin.display(description="licenses without a key")
    def licenses_waiting(self, edition: Edition) -> str:
        return waiting_for_key(edition)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_GET(self.stock_page))
        return [path("stock/", page, name="licensing_edition_stock"), *super().get_urls()]

    def moves_waiting(self) -> dict[UUID, int]:
        """How many moves wait for a key of each edition, as far as somebody knows of moves."""
        return {}

    def stock_page(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        now, soon = timezone.now(), request.GET.get("soon") == "yes"
        found = pools(now=now, waiting=self.moves_waiting())
        found = [pool for pool in found if needs_codes(pool, now=now)] if soon else found
        context = {
            **self.admin_site.each_context(request),
            "title": "Pools that need codes soon" if soon else "Stock",
            "soon": soon,
            "opts": self.opts,
            "rows": [(pool, per_day(pool.used_per_day), tone_of(pool)) for pool in found],
        }
        return TemplateResponse(request, "console/stock.html", context)


def tone_of(pool: Pool) -> str:
    """A word and its colour."""
    if pool.shared:
        return state("one code for all", "off")
    if pool.is_unused:
        return state("no pool used", "off")
    if not pool.level:
        return state("empty", "bad")
    return state("low", "wait") if pool.is_low else state("enough", "good")
