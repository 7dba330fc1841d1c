"""The orders in which what a store tells may come."""

from collections.abc import Sequence
from itertools import permutations
from typing import Final, TypeVar

import pytest

MOST: Final = 2  # steps, of which every order is tried
EVERY = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])

Step = TypeVar("Step")


def disorders(steps: Sequence[Step], *, every: bool) -> list[tuple[Step, ...]]:
    """Both of two steps; of more, four. `make faults` takes every one."""
    return list(permutations(steps)) if every or len(steps) <= MOST else four(steps)


def four(steps: Sequence[Step]) -> list[tuple[Step, ...]]:
    """Each two come in either order; of three or four steps, each comes first and each comes last."""
    half = len(steps) // 2
    ways = [tuple(steps), (*steps[half:], *steps[:half])]
    return ways + [way[::-1] for way in ways]
