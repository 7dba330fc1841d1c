"""Rows of files on their way in, and what needs a person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from licensing.admin.case_closing import Closable
from licensing.admin.runs import runs
from licensing.admin.same_order import matched
from licensing.console.address_cases import to_look_at, told_by
from licensing.console.cells import EMPTY, choice, link, number, state, text, when
from licensing.console.pages import ReadOnly
from licensing.console.people import mailboxes
from licensing.console.search import customers, keys, orders
from licensing.models import Case, CaseKind, ImportRow, RowOutcome, with_addresses

ROW_TONES = {
    RowOutcome.NEW: "good",
    RowOutcome.UPDATED: "good",
    RowOutcome.REFUNDED: "info",
    RowOutcome.UNPLACED: "wait",
    RowOutcome.NEEDS_PERSON: "wait",
    RowOutcome.REJECTED: "bad",
}


@admin.display(description="what differs")
def what_differs(case: Case) -> str:
    if case.kind in (CaseKind.SAME_ORDER, CaseKind.SAME_PERSON):
        return matched(case)
    if words := told_by(case):
        return words
    pairs = sorted(case.detail.items()) if isinstance(case.detail, dict) else [("", case.detail)]
    return (
        format_html_join(" · ", "<b>{}</b> {}", ((name, readable(value)) for name, value in pairs)) or EMPTY
    )


def readable(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@admin.display(description="state")
def case_state(case: Case) -> str:
    return state("closed", "off") if case.closed_at else state("open", "wait")


class OpenCases(admin.SimpleListFilter):
    title = "state"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "open")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(closed_at=None) if self.value() == "yes" else queryset


class OfKind(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in CaseKind.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() in CaseKind.values else queryset


class ToLookAt(admin.SimpleListFilter):
    title = "changes of owner"
    parameter_name = "change"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ended", "stopped: somebody should look")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=to_look_at()) if self.value() == "ended" else queryset


class CaseAdmin(Closable):
    customer_path = ("customer_id", "purchase__buyer_id")
    list_display = (
        "kind",
        what_differs,
        link("purchase", "order", label="reference"),
        link("customer", "customer"),
        mailboxes("customer"),
        case_state,
        "who_has_it",
        when("opened_at", "opened"),
    )
    list_select_related = ("purchase", "customer")
    list_filter = (OpenCases, OfKind, ToLookAt)
    prefetch = (with_addresses("customer"),)
    search_help_text = "Order reference; address or name; code; id"
    ways = (
        (orders, "purchase"),
        (customers, "customer"),
        (customers, "purchase__buyer"),
        (keys, "purchase__lines__licenses__assignments__key"),
    )
    details = (*(cell for cell in list_display if cell != "who_has_it"), when("closed_at", "closed"))
    actions = ("close",)

    @admin.action(description="Close", permissions=["settle"])
    def close(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        """The cases need nobody any more. Those already closed keep their date."""
        closed = 0
        for case in queryset.filter(closed_at=None):
            closed += self.closed(request, case)
        self.message_user(request, f"Closed: {closed}.")

    def name_of(self, row: Case) -> str:
        return str(row.get_kind_display())


class ImportRowAdmin(ReadOnly):
    """Rows of files, newest first. What a row held is encrypted until it is applied, and gone afterwards."""

    list_display = (
        number("number", "row"),
        link("run", "file", label="file_name"),
        choice("outcome", "outcome", ROW_TONES),
        text("column", "column"),
        text("reason", "reason"),
    )
    list_select_related = ("run",)
    search_help_text = "File name, or how it begins"
    ways = ((runs, "run"),)
    details = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("payload")

    @staticmethod
    def id_finder(term: str) -> list[Any]:
        return []  # rows of files have numbers, not ids

    def name_of(self, row: ImportRow) -> str:
        return f"row {row.number}"
