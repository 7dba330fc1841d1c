"""A store's sales file, row by row: what it must look like, and the one line that says why it does not."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Final, NamedTuple, Protocol, runtime_checkable

from licensing.intake.cards import scrub
from licensing.intake.encoding import FileRefused, after_mark, as_text, encoding_of, keeps_its_place
from licensing.intake.record import RowRejected, Told
from licensing.intake.scrubbing import Scrubber
from licensing.intake.shop import Export

MOST_ROWS: Final = 5_000_000
MOST_LINES: Final = 1_000  # of one order, when each has a row of its own
DELIMITERS: Final = ",;\t|"

Judged = tuple[int, Told | RowRejected]
Choose = Callable[[Sequence[str]], Export]  # which export has this header; raises `FileRefused`


class Source(Protocol):
    """Where a file's octets are: on the disk, or uploaded in parts."""

    @property
    def name(self) -> str: ...

    def octets(self) -> io.BufferedReader:
        """From the beginning. Raises `FileRefused`."""


@runtime_checkable
class JoinedExport(Protocol):
    """An export with a row for each line of an order. Rows that stand next to each other make one order."""

    def order_of(self, header: Sequence[str]) -> Callable[[Sequence[str]], str]:
        """What says which order a row belongs to; empty: to none but its own."""

    def joined(self, rows: Sequence[Told]) -> Told:
        """The rows of one order as one. Raises `RowRejected` where they cannot be."""


class Mark(NamedTuple):
    """A place in a file, between two rows: octets and rows before it (the header is 1), and card numbers removed."""

    position: int = 0
    number: int = 0
    cards: int = 0


START: Final = Mark()


class Lines:
    """The lines of a text, and how many octets they took so far."""

    def __init__(self, raw: io.BufferedReader, *, encoding: str) -> None:
        self.octets = raw.tell()
        self.stream = as_text(raw, encoding=encoding)

    def __iter__(self) -> Iterator[str]:
        encoding = self.stream.encoding
        narrow = len("ab".encode(encoding)) == 2
        for line in self.stream:
            self.octets += len(line) if narrow and line.isascii() else len(line.encode(encoding))
            yield line


class Table:
    """A file as its first row shows it: the columns' names, and the rows that follow."""

    def __init__(self, raw: io.BufferedReader, *, encoding: str, name: str) -> None:
        self.name = name
        self.encoding = encoding
        self.number = 1
        with self.refusing():
            self.lines = Lines(raw, encoding=encoding)
            self.header, self.delimiter, self.rows = self.first_row()

    def first_row(self) -> tuple[list[str], str, Iterator[list[str]]]:
        """The columns' names, what stands between them, and the rows that follow."""
        source = iter(self.lines)
        first = next(source, "")
        delimiter = max(DELIMITERS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))
        rows = csv.reader(chain([first], source), strict=True, delimiter=delimiter)
        return [scrub(column.strip())[0] for column in next(rows, [])], delimiter, rows

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Turns what goes wrong underneath into the one line that says where."""
        try:
            yield
        except UnicodeError:
            raise FileRefused(
                f"{self.name} is not {self.encoding.upper().removesuffix('-SIG')}: "
                f"a character after row {self.number} cannot be read. "
                "Name the file's encoding, for example --encoding windows-1252."
            ) from None
        except csv.Error as error:
            cut = "unexpected end" in str(error)
            what = "was cut: it ends inside a quoted cell" if cut else f"cannot be read as CSV ({error})"
            raise FileRefused(f"{self.name} {what}, after row {self.number}.") from None
        except OSError as error:
            raise FileRefused(
                f"{self.name} cannot be read after row {self.number}: {error.strerror}."
            ) from None


class SalesFile(Table):
    """An open sales file. `mark` is where it can be read on from later: between two orders, never inside one."""

    def __init__(
        self, raw: io.BufferedReader, *, encoding: str, name: str, choose: Choose, after: Mark = START
    ) -> None:
        super().__init__(raw, encoding=encoding, name=name)
        self.settled: Mark | None = None
        self.between = True  # whether every row of the order that was told last has been told
        self.export = choose(self.header)
        with self.refusing():
            self.rows = self.rows_after(raw, after)
        self.scrubber = Scrubber(self.header, spared=self.export.unscrubbed, cards=after.cards)

    @property
    def mark(self) -> Mark:
        return self.settled or self.here()

    def here(self) -> Mark:
        return Mark(self.lines.octets, self.number, self.scrubber.cards)

    def rows_after(self, raw: io.BufferedReader, mark: Mark) -> Iterator[list[str]]:
        """The rows that follow, without reading what stands before them where the encoding allows that."""
        if not mark.number:
            return self.rows
        if not keeps_its_place(self.encoding):
            return self.skipped(mark.number)
        self.lines.stream.detach()
        raw.seek(mark.position)
        self.number = mark.number
        self.lines = Lines(raw, encoding=self.encoding)
        return csv.reader(self.lines, strict=True, delimiter=self.delimiter)

    def skipped(self, number: int) -> Iterator[list[str]]:
        while self.number < number and next(self.rows, None) is not None:
            self.number += 1
        return self.rows

    def records(self) -> Iterator[Judged]:
        """Each row's number (the header is 1) with what it says, or why it is rejected.

        Raises `FileRefused` where the file is another shop's, cannot be decoded or parsed, or was cut. Nothing of a
        file may be applied before this has come to its end.
        """
        read = self.export.reader(self.header)
        with self.refusing():
            if isinstance(self.export, JoinedExport):
                yield from self.by_order(self.export, read)
                return
            for cells in self.rows_to_read():
                yield self.number, self.judged(cells, read)

    def rows_to_read(self) -> Iterator[list[str]]:
        closed = False
        octets = self.lines.octets
        for cells in self.rows:
            before, octets = octets, self.lines.octets
            self.number += 1
            if not cells:
                continue
            if closed:
                raise FileRefused(f"{self.name}, row {self.number}: there are rows after the closing one.")
            if self.export.is_last(cells):
                closed = True
                self.settled = Mark(before, self.number - 1, self.scrubber.cards)  # it is looked for again
                continue
            yield cells
            self.refuse_too_many()
        if self.export.closed and not closed:
            raise FileRefused(
                f"{self.name} was cut: it ends after row {self.number} without its closing row"
                f"{closing_row(self.export)}."
            )

    def by_order(self, export: JoinedExport, read: Callable[[Sequence[str]], Told]) -> Iterator[Judged]:
        """Rows next to each other that belong to one order, as one record under the first one's number."""
        order_of = export.order_of(self.header)
        group: list[Judged] = []
        current = ""
        end = self.here()
        for cells in self.rows_to_read():
            order = order_of(cells) if len(cells) == len(self.header) else ""
            result = self.judged(cells, read)
            if group and (order != current or not order):
                self.settled = end
                yield from self.told_together(export, group)
                group = []
            group.append((self.number, result))
            current, end = order, self.here()
            if len(group) > MOST_LINES:
                raise FileRefused(
                    f"{self.name}, row {self.number}: more than {MOST_LINES:,} rows have the same order reference."
                )
        self.settled = end
        yield from self.told_together(export, group)

    def told_together(self, export: JoinedExport, group: Sequence[Judged]) -> Iterator[Judged]:
        judged = together(export, group)
        for place, each in enumerate(judged, start=1):
            self.between = place == len(judged)
            yield each

    def judged(self, cells: list[str], read: Callable[[Sequence[str]], Told]) -> Told | RowRejected:
        if len(cells) != len(self.header):
            return RowRejected("", f"has {len(cells)} cells where the first row has {len(self.header)}")
        try:
            return read(self.scrubber(cells))
        except RowRejected as rejection:
            return rejection

    def refuse_too_many(self) -> None:
        if self.number > MOST_ROWS:
            raise FileRefused(
                f"{self.name} has more than the {MOST_ROWS:,} rows that are taken at once. "
                "Export a shorter range of dates at a time."
            )


def closing_row(export: Export) -> str:
    """How the row begins, where the export says it."""
    begins = getattr(export, "closing", "")
    return f" (the one that begins with “{begins}”)" if begins else ""


def together(export: JoinedExport, group: Sequence[Judged]) -> list[Judged]:
    """The rows of one order as one record. All of them are rejected where one is: half an order is none."""
    told = [result for _, result in group if not isinstance(result, RowRejected)]
    if not group or (len(group) == 1):
        return list(group)
    if len(told) < len(group):
        bad = next(number for number, result in group if isinstance(result, RowRejected))
        reason = RowRejected("", f"belongs to the same order as row {bad}, which is rejected")
        return [(n, result if isinstance(result, RowRejected) else reason) for n, result in group]
    try:
        return [(group[0][0], export.joined(told))]
    except RowRejected as rejection:
        return [(number, rejection) for number, _ in group]


def header_of(source: Source, *, encoding: str = "") -> list[str]:
    """The names of the file's columns. Raises `FileRefused`."""
    with source.octets() as raw:
        plain = after_mark(raw, encoding_of(raw, name=source.name, named=encoding))
        return Table(raw, encoding=plain, name=source.name).header


def first_rows(source: Source, *, encoding: str = "", most: int = 200) -> list[list[str]]:
    """Some rows as they stand there, to guess by. Raises `FileRefused`."""
    with source.octets() as raw:
        plain = after_mark(raw, encoding_of(raw, name=source.name, named=encoding))
        table = Table(raw, encoding=plain, name=source.name)
        with table.refusing():
            return list(islice(table.rows, most))


@contextmanager
def open_sales(
    source: Source, *, choose: Choose, encoding: str = "", after: Mark = START
) -> Iterator[SalesFile]:
    """The file, open while the block runs, at that mark. Raises `FileRefused`."""
    raw = source.octets()
    with raw:
        plain = after_mark(raw, encoding_of(raw, name=source.name, named=encoding))
        yield SalesFile(raw, encoding=plain, name=source.name, choose=choose, after=after)
