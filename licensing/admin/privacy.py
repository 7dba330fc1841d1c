"""That there were people who were erased: when, and nothing else. Which address it was nobody can read."""

from __future__ import annotations

from licensing.console.cells import when
from licensing.console.pages import ReadOnly


class TombstoneAdmin(ReadOnly):
    list_display = (when("erased_at", "erased"),)
    details = list_display
    search_help_text = "Id"
