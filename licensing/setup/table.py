"""Small tables as people keep them in a spreadsheet: read with every fault named, written so that they load again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from licensing.intake.encoding import FileRefused, open_text
from licensing.intake.rejects import FORMULA_STARTS, harmless

MOST_ROWS: Final = 20_000  # a table that a person keeps; all of it is in memory


@dataclass(frozen=True, slots=True)
class Row:
    """One row by its number in the file (the header is 1). `cells` holds only the columns that the file has."""

    number: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


class TableRefused(Exception):
    """Rows that cannot be taken, so nothing of the file is. `problems` are lines such as `row 3, edition: is empty`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass
class Faults:
    """Everything wrong with a file, to be told at once."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, row: Row, column: str, reason: str) -> None:
        where = f"row {row.number}" + (f", {column}" if column else "")
        self.found.append((row.number, f"{where}: {reason}"))

    def refuse(self) -> None:
        """Raises `TableRefused` if anything was found."""
        if self.found:
            raise TableRefused([line for _, line in sorted(self.found, key=lambda each: each[0])])


def read_table(
    path: Path, *, needed: Sequence[str], known: Sequence[str], encoding: str, faults: Faults
) -> list[Row]:
    """The file's rows, empty ones left out; rows of another width become faults. Commas or semicolons.

    Raises `FileRefused` for what is no such table at all: a column missing, unknown or twice, no text, too long.
    """
    with open_text(path, encoding=encoding) as stream, refusing(path, stream.encoding):
        first = stream.readline()
        stream.seek(0)
        cells = csv.reader(stream, strict=True, delimiter=delimiter_of(first))
        header = header_of(next(cells, []), path, needed=needed, known=known)
        return list(rows_of(cells, header, path, faults))


def delimiter_of(line: str) -> str:
    """Spreadsheets of countries with a decimal comma separate by semicolons."""
    return ";" if ";" in line and "," not in line else ","


def header_of(cells: Sequence[str], path: Path, *, needed: Sequence[str], known: Sequence[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    if missing := [column for column in needed if column not in header]:
        raise FileRefused(f"{path.name} has no column {missing[0]!r} in its first row.")
    for column in header:
        if column not in known:
            raise FileRefused(f"{path.name} has a column {column!r}; known are {', '.join(known)}.")
        if header.count(column) > 1:
            raise FileRefused(f"{path.name} has the column {column!r} twice.")
    return header


def rows_of(
    cells: Iterable[Sequence[str]], header: Sequence[str], path: Path, faults: Faults
) -> Iterator[Row]:
    for number, values in enumerate(cells, start=2):
        if number > MOST_ROWS:
            raise FileRefused(f"{path.name} has more than the {MOST_ROWS:,} rows that are taken at once.")
        if not any(value.strip() for value in values):
            continue
        row = Row(number, {column: meant(value) for column, value in zip(header, values, strict=False)})
        if len(values) != len(header):
            faults.add(row, "", f"has {len(values)} cells where the first row has {len(header)}")
        elif any("\0" in value for value in values):
            faults.add(row, "", "has a NUL character")
        else:
            yield row


def meant(cell: str) -> str:
    """Without outer spaces, and without the quote that `write_table` puts before what a spreadsheet would run."""
    value = cell.strip()
    return value[1:] if value[:1] == "'" and value[1:].startswith(FORMULA_STARTS) else value


@contextmanager
def refusing(path: Path, encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError:
        raise FileRefused(
            f"{path.name} is not {encoding.upper().removesuffix('-SIG')}. "
            "Name its encoding, for example --encoding windows-1252."
        ) from None
    except csv.Error as error:
        raise FileRefused(f"{path.name} cannot be read as CSV ({error}).") from None


class Writes(Protocol):
    def write(self, text: str, /) -> object: ...


def write_table(stream: Writes, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV that `read_table` reads back as it was."""
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(columns)
    out.writerows([harmless(str(cell)) for cell in row] for row in rows)
