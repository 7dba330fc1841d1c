"""Filters of the list of exchanges. Each is answered by an index, none by counting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from licensing.console.search import first_id_at, row_id
from licensing.models import Edition, Platform, Product
from recovery.models import Exchange

PERIODS = {"1": "past day", "7": "past 7 days", "30": "past 30 days", "365": "past year"}
SLACK = timedelta(days=1)  # between clocks of hosts: a row's id is made by one of them


class OfProduct(admin.SimpleListFilter):
    title = "product"
    parameter_name = "product"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = Product.objects.order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in known]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Exchange]) -> QuerySet[Exchange]:
        if self.value() is None:
            return queryset
        editions = Edition.objects.filter(product__in=row_id(self.value() or ""))
        return queryset.filter(from_edition__in=list(editions.values_list("pk", flat=True)))


class OnPlatform(admin.SimpleListFilter):
    """One end of the direction."""

    edition: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Platform.choices if value != Platform.ANY]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Exchange]) -> QuerySet[Exchange]:
        if self.value() not in Platform.values:
            return queryset
        return queryset.filter(**{f"{self.edition}__platform": self.value()})


class FromPlatform(OnPlatform):
    title = "platform before"
    parameter_name = "from"
    edition = "from_edition"


class ToPlatform(OnPlatform):
    title = "platform after"
    parameter_name = "to"
    edition = "to_edition"


class Asked(admin.SimpleListFilter):
    """By the id as well, whose beginning is the time: the primary key's index ends the search."""

    title = "date"
    parameter_name = "asked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(PERIODS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Exchange]) -> QuerySet[Exchange]:
        if self.value() not in PERIODS:
            return queryset
        since = timezone.now() - timedelta(days=int(self.value() or 0))
        return queryset.filter(pk__gte=first_id_at(since - SLACK), asked_at__gte=since)
