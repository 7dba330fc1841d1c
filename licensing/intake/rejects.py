"""The file that says which rows were rejected, and why."""

import csv
import io
from collections.abc import Iterator, Sequence
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
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        for count, line in enumerate(rejects_as_csv(run)):  # noqa: B007  the first is the header
            stream.write(line)
    return count


def rejects_as_csv(run: ImportRun) -> Iterator[str]:
    """The same line by line, the columns' names first, with the mark by which spreadsheets know UTF-8."""
    rejected = run.staged.filter(outcome=RowOutcome.REJECTED).order_by("number")
    yield "\ufeff" + csv_line(["row", "column", "reason"])
    for number, column, reason in rejected.values_list("number", "column", "reason").iterator(
        chunk_size=2_000
    ):
        yield csv_line([str(number), harmless(column), harmless(reason)])


def csv_line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def harmless(cell: str) -> str:
    """A spreadsheet would run what begins like a formula: a quote before it makes it text."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
