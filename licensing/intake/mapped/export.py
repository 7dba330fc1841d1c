"""The export of a file whose columns the vendor has named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from licensing.intake.mapped.fields import BY_NAME, NEEDED, UNSCRUBBED
from licensing.intake.mapped.rows import MappedRow, as_one
from licensing.intake.record import PurchaseRecord, Told


class MappedExport:
    """A row is an order, or one line of an order: rows that stand next to each other and have one reference are one."""

    title: str = "file with the columns that were named"
    closed: bool = False

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns
        self.needed: Sequence[str] = tuple(
            dict.fromkeys(column for field, column in columns.items() if field in BY_NAME)
        )
        self.unscrubbed: Sequence[str] = tuple(columns[field] for field in UNSCRUBBED if field in columns)

    def reader(self, header: Sequence[str]) -> Callable[[Sequence[str]], Told]:
        return MappedRow(header, self.columns).read

    def is_last(self, cells: Sequence[str]) -> bool:
        return False

    def order_of(self, header: Sequence[str]) -> Callable[[Sequence[str]], str]:
        place = header.index(self.columns["order"])
        return lambda cells: cells[place].strip()

    def joined(self, rows: Sequence[Told]) -> Told:
        return as_one([row for row in rows if isinstance(row, PurchaseRecord)], self.columns)


def lacking_fields(columns: Mapping[str, str]) -> list[str]:
    """What every map needs and this one has not, in words."""
    return [BY_NAME[name].title for name in NEEDED if not columns.get(name)]
