"""Filters of the list of mails: what is late, and what was refused lately, by receiving domain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from licensing.console.lately import LATELY
from licensing.console.search import first_id_at
from recovery.models import Message, MessageState

SLACK: Final = timedelta(days=1)  # between clocks of hosts: a row's id is made by one of them
LATE: Final = timedelta(minutes=3)


def late(*, now: datetime, by: timedelta = LATE) -> QuerySet[Message]:
    """Mails that have been due for so long, and that no worker has begun."""
    return Message.objects.filter(state=MessageState.WAITING, due_at__lte=now - by)


def failed(*, now: datetime) -> QuerySet[Message]:
    """Mails of the last days that were refused. By the id as well, whose beginning is the time: for the index."""
    since = now - LATELY
    return Message.objects.filter(
        state=MessageState.REFUSED, pk__gte=first_id_at(since - SLACK), created_at__gte=since
    )


class IsLate(admin.SimpleListFilter):
    title = "due"
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", "for minutes already")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset & late(now=timezone.now()) if self.value() == "late" else queryset


class Failed(admin.SimpleListFilter):
    title = "refused"
    parameter_name = "failed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("lately", "in the last 7 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset & failed(now=timezone.now()) if self.value() == "lately" else queryset


class ToDomain(admin.SimpleListFilter):
    """Shown once the first page has led here: nobody could list all domains."""

    title = "receiving domain"
    parameter_name = "domain"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        domain = request.GET.get(self.parameter_name, "")
        return [(domain, domain)] if domain else [("", "any")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        domain = self.value()
        return queryset.filter(request__address__endswith=f"@{domain}") if domain else queryset
