"""Takes card numbers out of a table's rows, wherever they hide, before anybody reads what the rows say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final

from licensing.intake.cards import SHORTEST, scrub
from licensing.intake.record import RowRejected

# More separators than a card number may have between its groups: no card is read across two cells.
_GAP: Final = "\n\n\n\n\n"


class Scrubber:
    """Removes card numbers from every cell but those of keys and order references; `cards` counts them.

    Cells that are too short to hold one are not looked at: most are.
    """

    def __init__(self, header: Sequence[str], *, spared: Iterable[str], cards: int = 0) -> None:
        self.cards = cards
        self.header = header
        left = set(spared)
        self.places = [place for place, column in enumerate(header) if column not in left]
        self.shown = itemgetter(*self.places) if len(self.places) > 1 else self.few

    def few(self, cells: Sequence[str]) -> tuple[str, ...]:
        return tuple(cells[place] for place in self.places)

    def __call__(self, cells: list[str]) -> list[str]:
        """The same list, without them. Raises `RowRejected` for a NUL, which no database takes."""
        shown = self.shown(cells)
        if "\0" in "".join(shown):
            bad = next(place for place in self.places if "\0" in cells[place])
            raise RowRejected(self.header[bad], "has a NUL character")
        if scrub(_GAP.join([cell for cell in shown if len(cell) >= SHORTEST]))[1]:
            for place in self.places:
                cells[place], found = scrub(cells[place])
                self.cards += found
        return cells
