"""Keeps a long import from waiting for itself: work goes on beside the database's, and garbage is seldom looked for."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

COLLECT_AFTER: Final = 50_000  # new objects; by default Python looks for garbage after each 700


def alongside(work: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
    """`work(item)` for each item, in order; done in a thread while the caller handles the one before.

    The items are taken in the caller's thread, so taking them may use the database; the work may not. At most two
    results are held at once.
    """
    with ThreadPoolExecutor(1) as pool:
        coming: Future[R] | None = None
        for item in items:
            ready, coming = coming, pool.submit(work, item)
            if ready is not None:
                yield ready.result()
        if coming is not None:
            yield coming.result()


def read_ahead(items: Iterable[T]) -> Generator[T, None, None]:
    """The items, each taken in a thread while the caller handles the one before; without use of the database."""
    source = iter(items)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, source, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, source, None)
            yield item


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Python looks for cyclic garbage less often, and not among what is there already.

    An import makes millions of short-lived objects and hardly a cycle: the search took a seventh of its time. For a
    process of its own, since it changes the whole process.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(max(COLLECT_AFTER, usual[0]), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
