"""How customers are told apart in lists of every app."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html_join

from licensing.console.cells import EMPTY, Cell, broken, follow, named


def mailboxes(path: str = "") -> Cell:
    """The current addresses of the customer at the path; fetch them with the list."""

    def cell(row: Any) -> str:
        customer = follow(row, path) if path else row
        known = customer.known_addresses() if customer else []
        current = ((broken(each.address),) for each in known if each.former_since is None)
        return format_html_join(", ", "{}", current) or EMPTY

    return named(cell, name=f"{path}_addresses", title="addresses")
