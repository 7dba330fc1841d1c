"""What is counted for the first page, as it is kept: to be looked into when a figure is doubted."""

from __future__ import annotations

from licensing.console.cells import number, text, when
from licensing.console.pages import ReadOnly
from recovery.models import Tally


class DayFigureAdmin(ReadOnly):
    list_display = ("day", "figure", text("part", "of"), number("value", "number"))
    list_filter = ("figure",)
    search_help_text = "Number of the row"
    details = list_display

    @staticmethod
    def id_finder(term: str) -> list[int]:
        return row_number(term)


class TallyAdmin(ReadOnly):
    list_display = ("name", number("times", "times counted"), when("counted_at", "counted"))
    search_help_text = "Number of the row"
    details = (*list_display, text("position", "last order counted for good"))

    @staticmethod
    def id_finder(term: str) -> list[int]:
        return row_number(term)

    def name_of(self, row: Tally) -> str:
        return row.name


def row_number(term: str) -> list[int]:
    return [int(term)] if term.isascii() and term.isdigit() and len(term) < 18 else []
