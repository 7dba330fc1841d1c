"""Waiting for something that happens elsewhere: another process, another thread, a server."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
SHORTEST, LONGEST = 0.01, 0.05  # seconds between two looks


def wait_until(condition: Callable[[], T], *, what: str, timeout: float = 10) -> T:
    """Returns the condition's first true value; raises TimeoutError, naming `what`, after `timeout` s.

    The longer it waits the more seldom it looks: who waits takes the processor from what is waited for.
    """
    began = time.monotonic()
    while not (value := condition()):
        waited = time.monotonic() - began
        if waited > timeout:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(min(LONGEST, max(SHORTEST, waited / 20)))
    return value
