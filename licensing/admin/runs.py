"""Files that came in, as a list."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.utils.html import format_html_join

from licensing.console.cells import EMPTY, choice, link, number, related, when
from licensing.console.pages import ReadOnly
from licensing.console.search import first
from licensing.models import ImportRow, ImportRun, ImportState, RowOutcome

RUN_TONES = {
    ImportState.UPLOADED: "wait",
    ImportState.STAGING: "wait",
    ImportState.STAGED: "wait",
    ImportState.APPLYING: "wait",
    ImportState.APPLIED: "good",
    ImportState.FAILED: "bad",
}


def runs(term: str) -> set[UUID]:
    """Imports of a file whose name begins so; one row a file, so there are never many."""
    return first(ImportRun.objects.filter(file_name__istartswith=term))


@admin.display(description="outcomes")
def outcomes(run: ImportRun) -> str:
    labels = dict(RowOutcome.choices)
    counts = [(labels.get(name, name), f"{count:,}") for name, count in sorted(run.outcomes.items())]
    return format_html_join(" · ", "{} {}", counts) or EMPTY


class ListedRunAdmin(ReadOnly):
    list_display = (
        "file_name",
        link("store", "store"),
        choice("state", "state", RUN_TONES),
        number("rows", "rows"),
        number("applied_rows", "applied"),
        outcomes,
        "dry_run",
        when("started_at", "started"),
        when("finished_at", "finished"),
    )
    list_select_related = ("store",)
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
