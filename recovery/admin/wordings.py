"""Mail texts: every version of every text, and the pages on which they are written."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html

from licensing.console.cells import number, state, text, when
from recovery.admin.wording_rows import title_of
from recovery.admin.wording_views import Writable
from recovery.models import Wording


@admin.display(description="mail")
def mail_of(row: Wording) -> str:
    return title_of(row.mail)


@admin.display(description="use")
def use_of(row: Wording) -> str:
    return state("in use", "good") if row.active else state("not in use", "off")


@admin.display(description="text")
def body_of(row: Wording) -> str:
    return format_html('<pre class="wording">{}</pre>', row.body)


class WordingAdmin(Writable):
    change_list_template = "console/wording_versions.html"
    list_display = (
        mail_of,
        "language",
        number("version", "version"),
        use_of,
        text("by", "by"),
        text("reason", "reason"),
        number("failures", "failures"),
        when("created_at", "written"),
    )
    details = (
        *list_display[:-2],
        text("subject", "subject"),
        body_of,
        number("failures", "mails that went out with the built-in text instead"),
        when("failed_at", "last failed"),
        when("created_at", "written"),
    )

    def name_of(self, row: Wording) -> str:
        return f"{title_of(row.mail)}, {row.language}, version {row.version}"
