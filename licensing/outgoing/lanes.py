"""Who tells endpoints: the lanes of this process, and how many tell one endpoint in all processes together.

Knows no models: a web server looks in here before these are loaded.
"""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Final
from uuid import UUID

from django.db import connection

# Bounds what one endpoint is asked, and connections to the database: a host may have many processes.
PLACES: Final = 2

lanes: dict[UUID, threading.Thread] = {}  # of this process, by their endpoints
guard = threading.Lock()
ending = threading.Event()


def let_end(*, seconds: float) -> None:
    """The process is about to end: no lane begins another attempt, and those under way have so long to be written down.
    Otherwise each would be made again by somebody else."""
    ending.set()
    end = time.monotonic() + seconds
    for lane in list(lanes.values()):
        lane.join(max(end - time.monotonic(), 0))


def take_place(endpoint_id: UUID) -> bool:
    """Whether one was free. It is held by this thread's connection to the database, and ends with that, also where the
    process is killed. SQLite has one process, and each process has one lane for each endpoint."""
    if connection.vendor != "postgresql":
        return True
    return any(locked(number_of(endpoint_id, place)) for place in range(PLACES))


def locked(number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def number_of(endpoint_id: UUID, place: int) -> int:
    """A number that nothing else locks by, as far as 64 bits go."""
    digest = hashlib.sha256(f"endpoint {endpoint_id} {place}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
