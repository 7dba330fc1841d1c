"""API keys that end soon: the system that calls with one stops working on that day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from recovery.models import ApiKey

SOON: Final = timedelta(days=14)  # time to make another one and have it put in place


def ending_soon(*, now: datetime) -> QuerySet[ApiKey]:
    """Those that are good now, and will not be in two weeks."""
    return ApiKey.objects.filter(revoked_at=None, expires_at__gt=now, expires_at__lte=now + SOON)


class EndsSoon(admin.SimpleListFilter):
    title = "end"
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("soon", "within 14 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset & ending_soon(now=timezone.now()) if self.value() == "soon" else queryset
