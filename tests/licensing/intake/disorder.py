"""The orders in which what a store tells may come."""

from collections.abc import Sequence
from itertools import permutations
from typing import Final, TypeVar

import pytest

MOST: Final = 6
EVERY = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])

Step = TypeVar("Step")


def disorders(steps: Sequence[Step], *, every: bool) -> list[tuple[Step, ...]]:
    """All of them of up to three steps; of more, some that are spread over all, in which each comes early and late.
    `make faults` takes every one."""
    orders = list(permutations(steps))
    return orders if every or len(orders) <= MOST else orders[:: len(orders) // MOST + 1]
