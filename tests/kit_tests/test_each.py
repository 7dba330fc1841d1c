"""A test over many values calls with each, and fails with the one that fails."""

import inspect

import pytest

from tests.kit.each import for_each


def test_calls_with_each_and_names_the_one_that_fails() -> None:
    seen: list[int] = []

    @for_each("number", [1, 2, 3])
    def looks(number: int, ground: str) -> None:
        seen.append(number)
        assert number < 2, ground

    with pytest.raises(AssertionError, match="here") as failure:
        looks(ground="here")

    assert seen == [1, 2]
    assert failure.value.__notes__ == ["number: 2"]
    assert list(inspect.signature(looks).parameters) == ["ground"]
