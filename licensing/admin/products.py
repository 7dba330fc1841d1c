"""A product with its rules for moving, in plain words, and what its licenses may move between."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from licensing.admin.catalog import Policy
from licensing.console.cells import EMPTY, number, page_of, related, state
from licensing.console.exchange_rules import TERMS, RulesForm, sentence
from licensing.counterparts import counterparts
from licensing.models import Edition, Platform, Product

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


class ProductForm(RulesForm):
    class Meta:
        model = Product
        fields = ("name", "slug", *TERMS.values())
        labels: ClassVar[dict[str, str]] = {"slug": "Short name"}
        help_texts: ClassVar[dict[str, str]] = {"slug": "For files and commands, as in clip-cutter-pro."}


def preview(product: Product) -> str:
    """The rules as saved; a script keeps it up to date with what is typed."""
    return format_html(
        '<strong id="rules-in-words" data-address="{}" aria-live="polite">{}</strong>',
        reverse("admin:licensing_product_rules"),
        sentence(product),
    )


def correspondence(product: Product) -> str:
    """The editions that stand for each other, one line for each group."""
    others = counterparts(Edition.objects.filter(product=product).select_related("product"))
    groups = dict.fromkeys(frozenset([edition, *found]) for edition, found in others.items() if found)
    lines = ((joined(" ↔ ", sorted(group, key=lambda each: each.platform)),) for group in groups)
    return listed(lines) or EMPTY


def lonely_ones(product: Product) -> str:
    others = counterparts(Edition.objects.filter(product=product).select_related("product"))
    lonely = [edition for edition, found in others.items() if not found]
    return listed((link_of(each), why_alone(each)) for each in lonely) or EMPTY


def why_alone(edition: Edition) -> str:
    if edition.platform == Platform.ANY:
        return state("needs none: it runs everywhere", "off")
    if edition.exchange_line:
        return state(f"no other edition moves between “{edition.exchange_line}”", "wait")
    return state("its version is there for no other platform", "wait")


def joined(between: str, editions: Iterable[Edition]) -> SafeString:
    return format_html_join(between, "{}", ((link_of(each),) for each in editions))


def link_of(edition: Edition) -> SafeString:
    return format_html('<a href="{}">{}</a>', page_of(edition), edition)


def listed(lines: Iterable[tuple[str, ...]]) -> str:
    items = format_html_join(
        "", "<li>{}</li>", ((format_html_join(" ", "{}", ((part,) for part in line)),) for line in lines)
    )
    return format_html('<ul class="plain">{}</ul>', items) if items else ""


class ProductAdmin(Policy):
    form = ProductForm
    list_display = (
        "name",
        "slug",
        "exchange_allowed",
        number("exchanges_per_period", "moves in a period"),
        number("exchange_period_days", "period, days"),
        number("exchange_grace_days", "grace, days"),
        related(("editions", Edition, "product")),
    )
    search_fields = ("name", "slug")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("in_words", "move_between", "alone")
    fieldsets = (
        (None, {"fields": ("name", "slug")}),
        (
            "Moving to another platform",
            {
                "fields": ("in_words", *TERMS.values()),
                "description": "These rules hold for what customers do themselves. Support may go beyond them, with a "
                "reason that is recorded. Moves that are done keep the rules under which they were done.",
            },
        ),
        (
            "Which editions stand for each other",
            {
                "fields": ("move_between", "alone"),
                "description": "Editions of the same version, or with the same word in “moves between”, on different "
                "platforms.",
            },
        ),
    )

    @admin.display(description="in whole words")
    def in_words(self, product: Product) -> str:
        return preview(product)

    @admin.display(description="move between")
    def move_between(self, product: Product) -> str:
        return correspondence(product)

    @admin.display(description="without a counterpart")
    def alone(self, product: Product) -> str:
        return lonely_ones(product)

    class Media:
        js = ("console/rules.js",)

    def get_urls(self) -> list[URLPattern]:
        rules = self.admin_site.admin_view(require_GET(self.rules))
        return [path("rules/", rules, name="licensing_product_rules"), *super().get_urls()]

    def rules(self, request: HttpRequest) -> HttpResponse:
        """What rules that are being typed come to. Stores nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = RulesForm(request.GET)
        if form.is_valid():
            return JsonResponse({"words": sentence(form.instance), "fault": False})
        return JsonResponse({"words": " ".join(faults(form)), "fault": True})


def faults(form: forms.BaseForm) -> Iterable[str]:
    """Complaints after the names of their fields."""
    for field, complaints in form.errors.items():
        label = capfirst(form.fields[field].label) if field in form.fields else ""
        yield from (f"{label}: {complaint}" for complaint in complaints)
