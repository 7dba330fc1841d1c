"""One test over many values that need the same ground: laying it anew for each would take longer than the looking."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any


def for_each(name: str, values: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Calls the test with `name` set to each value in turn, all on the same fixtures; a failure says at which.

    For tests that only look, or whose steps do not disturb each other: unlike with pytest's `parametrize`, nothing is
    taken back in between, and the first failure ends the test.
    """
    all_values = list(values)
    assert all_values

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def of_each(**fixtures: Any) -> None:
            for value in all_values:
                try:
                    test(**{name: value}, **fixtures)
                except BaseException as error:
                    error.add_note(f"{name}: {getattr(value, '__name__', value)!r}")
                    raise

        taken = inspect.signature(test)
        others = [each for each in taken.parameters.values() if each.name != name]
        vars(of_each)["__signature__"] = taken.replace(parameters=others)
        return of_each

    return decorate
