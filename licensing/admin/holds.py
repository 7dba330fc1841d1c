"""Which undecided rows somebody of support has open."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.utils.html import format_html
from django.utils.text import capfirst

from licensing.console.cells import page_of, text, when
from licensing.console.pages import ReadOnly
from licensing.models import Hold


def what_kind(hold: Hold) -> str:
    return str(capfirst(apps.get_model(hold.kind)._meta.verbose_name))


@admin.display(description="page")
def its_page(hold: Hold) -> str:
    """By the id alone: the row itself is not looked up."""
    row = apps.get_model(hold.kind)(pk=hold.row)
    return format_html('<a href="{}">open</a>', page_of(row))


class HoldAdmin(ReadOnly):
    """Taken by opening a page; over by itself."""

    list_display = (
        text("by", "who"),
        admin.display(description="what")(what_kind),
        its_page,
        when("since", "since"),
        when("until", "until"),
    )
    details = list_display
    search_help_text = "Id"

    def name_of(self, row: Any) -> str:
        return f"{row.by}: {what_kind(row)}"
