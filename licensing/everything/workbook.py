"""One workbook, one sheet a table and further ones where a sheet is full.

Written here, not by openpyxl, which keeps each sheet in a temporary file until all are done: every code in clear on a
disk. Read by openpyxl, as others wrote it or we; imported where it is used, since every process would load it at its
start, and most never need it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain, count, zip_longest
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from licensing.everything.archive import Files
from licensing.everything.cells import as_it_was, harmless
from licensing.everything.rows import chunks_of
from licensing.everything.tables import Table, everything
from licensing.intake.encoding import FileRefused

MOST_ROWS: Final = 1_048_576  # of one sheet, as Excel has it
MOST_OCTETS: Final = 1_000_000_000  # of one sheet, so that no reader needs more than the old kind of archive
LONGEST_PART: Final = 15_000  # characters of a cell; Excel's 32,767 are halves where a character has two

# What XML cannot hold, or does not give back as it was, is written as Office does (ECMA-376 part 1, ST_Xstring).
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def files(*, most_rows: int = MOST_ROWS) -> Files:
    """The workbook's parts. Those that name its sheets come last: only then it is known how many there are."""
    sheets: list[str] = []
    for table in everything():
        rows = chain.from_iterable(map(full_rows, chunks_of(table)))
        for title, octets in sheets_of(table, rows, most_rows):
            sheets.append(title)
            yield f"xl/worksheets/sheet{len(sheets)}.xml", octets
    for name, text in parts(sheets):
        yield name, [(_HEAD + text).encode()]


def sheets_of(
    table: Table, rows: Iterator[list[str]], most_rows: int
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The table's sheets, called `keys`, `keys 2`, `keys 3`: each has the header. Take each to its end."""
    ahead = next(rows, None)
    for number in count(1):
        left = chain([ahead], rows) if ahead else rows
        yield f"{table.name} {number}" if number > 1 else table.name, sheet(table, left, most_rows)
        ahead = next(rows, None)
        if ahead is None:
            return


def sheet(table: Table, rows: Iterator[list[str]], most_rows: int) -> Iterator[bytes]:
    """As many rows as fit. A row and its further parts may stand on two sheets."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    numbers = [column.number for column in table.columns]
    letters = [get_column_letter(place) for place in range(1, len(numbers) + 1)]
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode()
    yield row_of(table.header, letters, [False] * len(letters), 1)
    size = 0
    for number in range(2, most_rows + 1):
        row = next(rows, None) if size < MOST_OCTETS else None
        if row is None:
            break
        octets = row_of(row, letters, numbers, number)
        size += len(octets)
        yield octets
    yield b"</sheetData></worksheet>"


def row_of(texts: Sequence[str], letters: Sequence[str], numbers: Sequence[bool], at: int) -> bytes:
    cells = "".join(
        f'<c r="{letter}{at}"><v>{text}</v></c>'
        if is_number
        else f'<c r="{letter}{at}" t="inlineStr"><is><t xml:space="preserve">{fit(text)}</t></is></c>'
        for text, letter, is_number in zip(texts, letters, numbers, strict=True)
        if text
    )
    return f'<row r="{at}">{cells}</row>'.encode()


def full_rows(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Each row, and where a text is too long for one cell, further rows without an id that go on with it."""
    for row in rows:
        if max(map(len, row)) <= LONGEST_PART:
            yield row
        else:
            yield from map(list, zip_longest(*map(in_parts, row), fillvalue=""))


def in_parts(text: str) -> list[str]:
    return [text[at : at + LONGEST_PART] for at in range(0, len(text), LONGEST_PART)] or [""]


def fit(text: str) -> str:
    return escape(_UNFIT.sub(lambda match: f"_x{ord(match[0]):04X}_", harmless(text)), quote=False)


def as_written(cell: str) -> str:
    return as_it_was(_WRITTEN.sub(lambda match: chr(int(match[1], 16)), cell))


def parts(sheets: Sequence[str]) -> Iterator[tuple[str, str]]:
    numbered = list(enumerate(sheets, 1))
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for number, _ in numbered
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{overrides}</Types>',
    )
    yield "_rels/.rels", relations([("rId1", "officeDocument", "xl/workbook.xml")])
    named = "".join(
        f'<sheet name="{title}" sheetId="{number}" r:id="rId{number}"/>' for number, title in numbered
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{named}</sheets></workbook>',
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        relations([(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number, _ in numbered]),
    )


def relations(targets: Iterable[tuple[str, str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for name, kind, target in targets
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


class Workbook:
    """A workbook of such sheets."""

    def __init__(self, path: Path) -> None:
        from openpyxl import load_workbook  # noqa: PLC0415
        from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

        try:
            self.book = load_workbook(path, read_only=True)
        except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError):
            raise FileRefused(f"{path.name} is no workbook.") from None

    def rows(self, name: str) -> Iterator[list[str]]:
        """The table's rows as they were written, the header first, from all its sheets. Raises `FileRefused`."""
        if name not in self.book.sheetnames:
            raise FileRefused(f"There is no sheet {name} in it.")
        further = (title for number in count(2) if (title := f"{name} {number}"))
        titles = [name]
        for title in further:
            if title not in self.book.sheetnames:
                break
            titles.append(title)
        yield from whole_rows(self.lines(titles))

    def lines(self, titles: Sequence[str]) -> Iterator[list[str]]:
        for number, title in enumerate(titles):
            lines = self.book[title].iter_rows(values_only=True)
            header = list(map(text_in, next(lines, ())))
            if not number:
                yield header
            for line in lines:
                cells = list(map(text_in, line))
                yield cells + [""] * (len(header) - len(cells))


def whole_rows(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows, further parts put back to what they go on with."""
    row: list[str] | None = None
    for line in lines:
        if row is None or line[0]:
            if row is not None:
                yield row
            row = line
        else:
            row = [before + after for before, after in zip(row, line, strict=True)]
    if row is not None:
        yield row


def text_in(value: Any) -> str:
    return "" if value is None else as_written(value) if isinstance(value, str) else str(value)
