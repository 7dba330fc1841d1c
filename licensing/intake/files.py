"""A store's sales file, row by row: what it must look like, and the one line that says why it does not."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Final, cast

from licensing.intake.cards import SHORTEST, scrub
from licensing.intake.encoding import FileRefused, open_text
from licensing.intake.record import RowRejected, Told
from licensing.intake.shop import Export

MOST_ROWS: Final = 5_000_000
# More separators than a card number may have between its groups: no card is read across two cells.
_GAP: Final = "\n\n\n\n\n"


class SalesFile:
    """An open sales file. `cards` counts what was removed so far, `position` is in octets, of `size`."""

    def __init__(self, stream: io.TextIOWrapper, *, name: str, size: int, export: Export) -> None:
        self.name = name
        self.size = size
        self.export = export
        self.cards = 0
        self.number = 1
        self._stream = stream
        self._raw = cast(BinaryIO, stream.buffer)
        self._rows = csv.reader(stream, strict=True)

    @property
    def position(self) -> int:
        return self._raw.tell()

    @property
    def encoding(self) -> str:
        return self._stream.encoding

    def records(self) -> Iterator[tuple[int, Told | RowRejected]]:
        """Each row's number (the header is 1) with what it says, or why it is rejected.

        Raises `FileRefused` where the file is another shop's, cannot be decoded or parsed, or was cut. Nothing of a
        file may be applied before this has come to its end.
        """
        closed = False
        with self.refusing():
            header = self.header()
            read = self.export.reader(header)
            scrubbed = self.scrubber(header)
            for cells in self._rows:
                self.number += 1
                if not cells:
                    continue
                if closed:
                    raise FileRefused(
                        f"{self.name}, row {self.number}: there are rows after the closing one."
                    )
                if self.export.is_last(cells):
                    closed = True
                    continue
                yield self.number, self.judged(cells, len(header), scrubbed, read)
                self.refuse_too_many()
        if self.export.closed and not closed:
            raise FileRefused(
                f"{self.name} was cut: it ends after row {self.number} without its closing row."
            )

    def header(self) -> list[str]:
        header = [column.strip() for column in next(self._rows, [])]
        missing = [column for column in self.export.needed if column not in header]
        if missing:
            names = ", ".join(repr(column) for column in missing[:3]) + (" and more" if missing[3:] else "")
            raise FileRefused(
                f"{self.name} is not a {self.export.title}: its first row has no column {names}."
            )
        return header

    def judged(
        self,
        cells: list[str],
        width: int,
        scrubbed: Callable[[list[str]], list[str]],
        read: Callable[[Sequence[str]], Told],
    ) -> Told | RowRejected:
        if len(cells) != width:
            return RowRejected("", f"has {len(cells)} cells where the first row has {width}")
        try:
            return read(scrubbed(cells))
        except RowRejected as rejection:
            return rejection

    def scrubber(self, header: Sequence[str]) -> Callable[[list[str]], list[str]]:
        """Removes card numbers from every cell but those of keys and order references.

        Cells that are too short to hold one are not looked at: most are.
        """
        spared = set(self.export.unscrubbed)
        places = [place for place, column in enumerate(header) if column not in spared]
        exposed = itemgetter(*places)

        def scrubbed(cells: list[str]) -> list[str]:
            shown = exposed(cells)
            if "\0" in "".join(shown):
                raise RowRejected(header[next(p for p in places if "\0" in cells[p])], "has a NUL character")
            if scrub(_GAP.join([cell for cell in shown if len(cell) >= SHORTEST]))[1]:
                for place in places:
                    cells[place], found = scrub(cells[place])
                    self.cards += found
            return cells

        return scrubbed

    def refuse_too_many(self) -> None:
        if self.number > MOST_ROWS:
            raise FileRefused(
                f"{self.name} has more than the {MOST_ROWS:,} rows that are taken at once. "
                "Export a shorter range of dates at a time."
            )

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


@contextmanager
def open_sales(path: Path, *, export: Export, encoding: str = "") -> Iterator[SalesFile]:
    """The file, open while the block runs. Raises `FileRefused`."""
    with open_text(path, encoding=encoding) as stream:
        yield SalesFile(stream, name=path.name, size=path.stat().st_size, export=export)
