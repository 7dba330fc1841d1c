"""The newest of many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Latest(Generic[T]):
    """The newest rows, and whether there are others."""

    rows: Sequence[T]
    more: bool
