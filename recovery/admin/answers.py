"""Answers that are kept for an hour for callers who repeat a call. What was answered is sealed, and not shown."""

from licensing.console.cells import when
from licensing.console.pages import ReadOnly


class KeptAnswerAdmin(ReadOnly):
    list_display = ("id", "status", when("created_at", "answered"), when("expires_at", "kept until"))
    details = list_display
