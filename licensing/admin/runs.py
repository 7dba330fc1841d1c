"""Files that came in, as a list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join

from licensing.console.cells import EMPTY, link, number, related, state, text, when
from licensing.console.lately import unread_files
from licensing.console.pages import ReadOnly
from licensing.console.search import first
from licensing.intake.states import state_words
from licensing.models import ColumnMap, ImportPart, ImportRow, ImportRun, RowOutcome


def runs(term: str) -> set[UUID]:
    """Imports of a file whose name begins so; one row a file, so there are never many."""
    return first(ImportRun.objects.filter(file_name__istartswith=term))


@admin.display(description="outcomes")
def outcomes(run: ImportRun) -> str:
    labels = dict(RowOutcome.choices)
    counts = [(labels.get(name, name), f"{count:,}") for name, count in sorted(run.outcomes.items())]
    return format_html_join(" · ", "{} {}", counts) or EMPTY


@admin.display(description="state")
def become(run: ImportRun) -> str:
    return state(*state_words(run))


class Unread(admin.SimpleListFilter):
    title = "state"
    parameter_name = "unread"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "could not be read, in the last 7 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset & unread_files(now=timezone.now()) if self.value() == "yes" else queryset


class ListedRunAdmin(ReadOnly):
    list_display = (
        "file_name",
        link("store", "store"),
        become,
        number("rows", "rows or orders"),
        number("applied_rows", "applied"),
        outcomes,
        when("started_at", "started"),
        when("finished_at", "finished"),
    )
    list_select_related = ("store",)
    list_filter = (Unread,)
    search_help_text = "File name, or how it begins; id"
    ways = ((runs, "pk"),)
    details = (
        *list_display,
        related(("rows of this file", ImportRow, "run")),
        "kind",
        "encoding",
        "columns",
        number("cards_removed", "card numbers removed"),
        "problem",
    )

    def name_of(self, row: ImportRun) -> str:
        return row.file_name


class ImportPartAdmin(ReadOnly):
    """Pieces of uploaded files, encrypted, as long as they are there."""

    list_display = (number("number", "piece"), link("run", "file", label="file_name"))
    list_select_related = ("run",)
    search_help_text = "File name, or how it begins"
    ways = ((runs, "run"),)
    details = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("sealed")

    @staticmethod
    def id_finder(term: str) -> list[Any]:
        return []  # pieces have numbers, not ids

    def name_of(self, row: ImportPart) -> str:
        return f"piece {row.number}"


class ColumnMapAdmin(ReadOnly):
    """What the columns of shops' own files are. They are said with a file, and forgotten here."""

    list_display = (
        "title",
        link("store", "store"),
        text("columns", "columns"),
        when("created_at", "kept"),
    )
    list_select_related = ("store",)
    search_help_text = "Id"
    details = list_display
    actions = ("forget",)

    @admin.action(description="Forget", permissions=["settle"])
    def forget(self, request: HttpRequest, queryset: QuerySet[ColumnMap]) -> None:
        """Files with these columns are asked about again."""
        chosen = ColumnMap.objects.filter(pk__in=queryset.values("pk"))
        with transaction.atomic():
            self.log_deletions(request, chosen)
            forgotten, _ = chosen.delete()
        self.message_user(request, f"Forgotten: {forgotten}.")

    def name_of(self, row: ColumnMap) -> str:
        return row.title
