"""What the database could not do just now and may do later: it is away, or ended one of two transactions that stood in
each other's way, whole."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
TIMES: Final = 3
CONFLICTS: Final = frozenset(
    {"40P01", "40001"}
)  # PostgreSQL's words for a deadlock, and for no possible order


def is_passing(error: BaseException) -> bool:
    """The two errors by which drivers say that the database is away or too busy to answer, or that it ended a
    transaction for another one."""
    return isinstance(error, OperationalError | InterfaceError)


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
