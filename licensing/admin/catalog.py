"""What the vendor keeps by hand: products, editions, stores, and what each store's product names mean."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet, SlugField, URLField
from django.http import HttpRequest, HttpResponse

from licensing.admin.sources import EditionForm
from licensing.console.cells import choice, link, number, related, text, when
from licensing.console.pages import ReadOnly, SmallListing, TabularInline
from licensing.console.search import can_be_stored
from licensing.console.second_person import ForTwo, needs_second_person
from licensing.console.short_names import ERRORS
from licensing.console.store_names import StoreFilter, full_name, store_name
from licensing.keys.listable import in_words
from licensing.models import Edition, License, Mapping, MappingItem, Purchase, RegistrationKey

MOST_WORDS = 20  # no name has as many, and each is looked for in every row
ALWAYS = "Empty dates mean always. Fill them in only where the store sold something else under the same product id."
PLATFORM_TONES = {"windows": "info", "macos": "info", "linux": "info"}


class ByHand(SmallListing):
    """Small tables are searched by any part of their names."""

    formfield_overrides: ClassVar[dict[Any, Any]] = {SlugField: {"error_messages": ERRORS}}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.split()
        if len(words) > MOST_WORDS or not can_be_stored(search_term):
            return queryset.none(), False
        found = Q()
        for word in words:
            anywhere = Q()
            for column in self.search_fields:
                anywhere |= Q(**{f"{column}__icontains": word})
            found &= anywhere
        return queryset.filter(found), False


class Policy(ByHand):
    """What decides, for everybody, where keys come from and who may move."""

    @needs_second_person(ForTwo.POLICY, "Change the rules of a product or edition")
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, extra_context)

    @needs_second_person(ForTwo.POLICY, "Add a product or edition")
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return super().add_view(request, form_url, extra_context)


class EditionAdmin(Policy):
    form = EditionForm
    list_display = (
        "sku",
        link("product", "product", label="name"),
        "version",
        choice("platform", "platform", PLATFORM_TONES),
        text("code_form", "code form"),
        related(("keys", RegistrationKey, "edition"), ("licenses", License, "edition")),
    )
    list_select_related = ("product",)
    list_filter = ("platform",)
    search_fields = ("sku", "product__name", "version")
    ordering = ("sku",)
    autocomplete_fields = ("product",)
    formfield_overrides = ByHand.formfield_overrides | {URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("product")  # an edition is called by its product

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Once codes are filed, the way they are compared may not change: none would be found again."""
        filed = ("code_form",) if obj and obj.keys.exists() else ()
        return (*filed, "retired_list") if obj else filed

    @admin.display(description="list of retired codes")
    def retired_list(self, edition: Edition) -> str:
        return in_words(edition)


class StoreAdmin(ByHand):
    list_display = (
        "name",
        "title",
        "kind",
        "statement_name",
        related(("purchases", Purchase, "store"), ("mappings", Mapping, "store")),
    )
    search_fields = ("name", "title", "kind")
    ordering = ("name",)


class Items(TabularInline):
    model = MappingItem
    extra = 1
    autocomplete_fields = ("edition",)
    verbose_name_plural = "hands out, for each unit sold"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("edition__product")


@admin.display(description="hands out")
def hands_out(mapping: Mapping) -> str:
    return ", ".join(f"{item.quantity} × {item.edition.sku}" for item in mapping.items.all()) or "nothing yet"


class MappingAdmin(ByHand):
    """Which editions a store's product stands for, from one day to another."""

    list_display = (
        "product_ref",
        "variant",
        link("store", "store", words=store_name),
        hands_out,
        when("valid_from", "from"),
        when("valid_until", "until"),
    )
    list_select_related = ("store",)
    list_filter = (("store", StoreFilter),)
    fieldsets = (
        (None, {"fields": ("store", "product_ref", "variant")}),
        (
            "When it counts",
            {"fields": ("valid_from", "valid_until"), "classes": ("collapse",), "description": ALWAYS},
        ),
    )
    prefetch = ("items__edition",)
    search_fields = ("product_ref", "variant", "items__edition__sku")
    ordering = ("product_ref", "variant", "valid_from")
    inlines = (Items,)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "store":
            field.label_from_instance = full_name  # type: ignore[method-assign,assignment]
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("licensing.delete_mapping")  # only its own few items go with it

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, _ = super().get_search_results(request, queryset, search_term)
        return found, True  # a bundle's items would repeat it


class MappingItemAdmin(ByHand, ReadOnly):
    """All items of all mappings, for a look; they are edited with their mapping."""

    list_display = (
        link("mapping", "mapping"),
        link("edition", "edition", label="sku"),
        number("quantity", "quantity"),
    )
    list_select_related = ("mapping__store", "edition__product")
    details = (*list_display,)
    search_fields = ("mapping__product_ref", "edition__sku")
    ordering = ("mapping__product_ref", "edition__sku")
