"""What an entry is written in the course of: from where somebody came, and whether anything was recorded yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass
class Occasion:
    """One request of the console, or one command. `where` is a network, not an address."""

    where: str = ""
    recorded: int = 0
    last: UUID | None = None  # the latest entry


_present: ContextVar[Occasion | None] = ContextVar("audit_occasion", default=None)


@contextmanager
def occasion(where: str) -> Iterator[Occasion]:
    """What is recorded inside was done from there."""
    begun = Occasion(where)
    token = _present.set(begun)
    try:
        yield begun
    finally:
        _present.reset(token)


def present() -> Occasion:
    """The occasion that lasts; an empty one outside of any."""
    return _present.get() or Occasion()
