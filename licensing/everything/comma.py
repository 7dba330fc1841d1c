"""One CSV file a table: UTF-8 with the mark by which spreadsheets know it."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO
from zipfile import BadZipFile, ZipFile

from licensing.everything.archive import Files
from licensing.everything.cells import as_it_was, harmless
from licensing.everything.rows import chunks_of
from licensing.everything.tables import Table, everything
from licensing.intake.encoding import FileRefused

LONGEST_CELL: Final = 16_000_000  # characters; a licence file has 90,000


def files() -> Files:
    """Every table's file, by its name."""
    return ((file_of(table.name), pieces(table)) for table in everything())


def file_of(name: str) -> str:
    return f"{name}.csv"


def pieces(table: Table) -> Iterator[bytes]:
    yield "\ufeff".encode() + text_of([table.header])
    yield from map(text_of, chunks_of(table))


def text_of(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([harmless(text) for text in row] for row in rows)
    return out.getvalue().encode()


class Folder:
    """A folder of such files."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, name: str) -> Iterator[list[str]]:
        """The file's rows as they were written, the header first. Raises `FileRefused`."""
        try:
            with (self.path / file_of(name)).open(encoding="utf-8-sig", newline="") as source:
                yield from read(name, source)
        except OSError as error:
            raise FileRefused(f"{file_of(name)} cannot be opened: {error.strerror}.") from None


class Zipped:
    """An archive of such files."""

    def __init__(self, path: Path) -> None:
        try:
            self.archive = ZipFile(path)
        except (OSError, BadZipFile):
            raise FileRefused(f"{path.name} is no zip archive.") from None

    def rows(self, name: str) -> Iterator[list[str]]:
        try:
            with self.archive.open(file_of(name)) as octets:
                yield from read(name, io.TextIOWrapper(octets, encoding="utf-8-sig", newline=""))
        except KeyError:
            raise FileRefused(f"There is no {file_of(name)} in it.") from None
        except (BadZipFile, EOFError, zlib.error, RuntimeError):  # the last: encrypted, or of an unknown kind
            raise FileRefused(f"{file_of(name)} in it is damaged.") from None


def read(name: str, source: TextIO) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        for row in csv.reader(source, strict=True):
            yield [as_it_was(cell) for cell in row]
    except (csv.Error, UnicodeDecodeError):
        raise FileRefused(f"{file_of(name)} cannot be read to its end.") from None
