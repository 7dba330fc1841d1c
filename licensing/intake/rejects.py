"""The file that says which rows were rejected, and why."""

import csv
from pathlib import Path

from licensing.models import ImportRun, RowOutcome

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


def write_rejects(run: ImportRun, path: Path) -> int:
    """Write row number, column and reason of each rejected row; nothing of what stood in it. How many there were.

    Without a rejected row there is no file; one of an earlier run is removed.
    """
    rejected = run.staged.filter(outcome=RowOutcome.REJECTED).order_by("number")
    if not rejected.exists():
        path.unlink(missing_ok=True)
        return 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["row", "column", "reason"])
        rows = list(rejected.values_list("number", "column", "reason"))
        out.writerows([number, harmless(column), harmless(reason)] for number, column, reason in rows)
    return len(rows)


def harmless(cell: str) -> str:
    """A spreadsheet would run what begins like a formula: a quote before it makes it text."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
