"""One file for each kind of store. `KINDS` is the registry: a new kind is one module and one line here."""

from collections.abc import Callable, Sequence
from typing import Protocol

from licensing.intake.record import PurchaseRecord
from licensing.intake.stores import gumroad


class Export(Protocol):
    """How one kind of store writes its sales files."""

    title: str  # what the vendor calls such a file
    needed: Sequence[str]  # a file without one of these columns is another shop's
    unscrubbed: Sequence[str]  # keys and order references: the columns in which digits are left alone

    def reader(self, header: Sequence[str]) -> Callable[[Sequence[str]], PurchaseRecord]:
        """What reads one row under this header. The returned function raises `RowRejected`."""

    def is_last(self, cells: Sequence[str]) -> bool:
        """Whether this is the row that closes every complete file of the kind."""


KINDS: dict[str, Export] = {
    "gumroad": gumroad.EXPORT,
}
