"""What a cell of the catalogue says: yes or no, a whole number, options as JSON."""

from __future__ import annotations

import json
from typing import Any, Final

WORDS: Final = {"yes": True, "no": False}
DIGITS: Final = 9  # more than any number of the catalogue has


class BadCell(ValueError):
    """The cell cannot be read; the message says why, after "row 3, column: "."""


def yes_or_no(cell: str) -> bool:
    """Raises `BadCell`."""
    if cell.lower() not in WORDS:
        raise BadCell("must be yes or no")
    return WORDS[cell.lower()]


def whole_number(cell: str) -> int:
    """Raises `BadCell`."""
    if not (cell.isascii() and cell.isdecimal() and len(cell) <= DIGITS):
        raise BadCell("must be a whole number, 0 or more")
    return int(cell)


def options(cell: str) -> dict[str, Any]:
    """A JSON object that every database can keep; an empty cell is one without options. Raises `BadCell`."""
    try:
        found = json.loads(cell or "{}")
        kept = json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadCell('must be a JSON object, such as {"pattern": "ABC-#####-#####-#####C"}') from None
    if not isinstance(found, dict) or b"\\u0000" in kept:
        raise BadCell('must be a JSON object, such as {"pattern": "ABC-#####-#####-#####C"}')
    return found


def word(value: bool) -> str:
    return "yes" if value else "no"
