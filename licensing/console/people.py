"""How customers are told apart in lists of every app."""

from __future__ import annotations

from typing import Any

from licensing.console.cells import EMPTY, Cell, follow, named


def mailboxes(path: str = "") -> Cell:
    """The current addresses of the customer at the path; fetch them with the list."""

    def cell(row: Any) -> str:
        customer = follow(row, path) if path else row
        known = customer.addresses.all() if customer else []
        return ", ".join(each.address for each in known if each.former_since is None) or EMPTY

    return named(cell, name=f"{path}_addresses", title="addresses")
