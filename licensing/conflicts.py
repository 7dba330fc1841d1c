"""Transactions that stood in each other's way: the database ended one of them, whole, and it may come again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import OperationalError, connection

T = TypeVar("T")
TIMES: Final = 3
CONFLICTS: Final = frozenset(
    {"40P01", "40001"}
)  # PostgreSQL's words for a deadlock, and for no possible order


def is_conflict(error: BaseException) -> bool:
    return getattr(error.__cause__, "sqlstate", "") in CONFLICTS


def begun_anew(deed: Callable[[], T], *, times: int = TIMES) -> T:
    """What the deed comes to, which is one transaction and nothing else, or comes to the same however often it is done.

    Raises what the deed does, and after so many `times` the conflict, too. Within a transaction of somebody else's it
    is done once: the database has ended that one.
    """
    for time_of_it in range(1, times):
        try:
            return deed()
        except OperationalError as error:
            if connection.in_atomic_block or not is_conflict(error):
                raise
            time.sleep(random.uniform(0, 0.05 * time_of_it))  # noqa: S311  jitter, no secret
    return deed()
