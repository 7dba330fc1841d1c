"""Calls that start in the same instant, to find out what a race does."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Calls = Sequence[Callable[[], T]]


@dataclass
class Outcome(Generic[T]):
    """What the racing calls came to; `in_order` has a result or an exception for each call."""

    in_order: list[T | BaseException] = field(default_factory=list)
    results: list[T] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


def released_together(
    starters: int | Calls[T],
    call: Callable[[int], T] | None = None,
    *,
    after: Callable[[], object] | None = None,
    timeout: float = 60,
) -> Outcome[T]:
    """Runs `call(0)` … `call(n - 1)`, or each of the functions, each in a thread, released by one barrier.

    `after` runs at the end of every thread (for closing its database connections, say). Raises TimeoutError
    when a call is not back after `timeout` seconds.
    """
    calls = _calls(starters, call)
    racers = [_Racer(one, after) for one in calls]
    gate = threading.Barrier(len(racers))
    threads = [threading.Thread(target=racer.run, args=(gate,), daemon=True) for racer in racers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError(f"a racing call was not back after {timeout} s")
    return _outcome(racers)


def _calls(starters: int | Calls[T], call: Callable[[int], T] | None) -> Calls[T]:
    if not isinstance(starters, int):
        return list(starters)
    if call is None:
        raise TypeError("a number of calls needs the function to call")
    return [_numbered(call, number) for number in range(starters)]


def _numbered(call: Callable[[int], T], number: int) -> Callable[[], T]:
    return lambda: call(number)


class _Racer(Generic[T]):
    def __init__(self, call: Callable[[], T], after: Callable[[], object] | None) -> None:
        self._call, self._after = call, after
        self.result: list[T] = []
        self.error: BaseException | None = None

    def run(self, gate: threading.Barrier) -> None:
        gate.wait()
        try:
            self.result.append(self._call())
        except BaseException as error:  # a failed assertion of pytest's is one, too
            self.error = error
        finally:
            if self._after is not None:
                self._after()


def _outcome(racers: Sequence[_Racer[Any]]) -> Outcome[Any]:
    outcome: Outcome[Any] = Outcome()
    for racer in racers:
        if racer.error is not None:
            outcome.errors.append(racer.error)
        outcome.results.extend(racer.result)
        outcome.in_order.append(racer.error if racer.error is not None else racer.result[0])
    return outcome
