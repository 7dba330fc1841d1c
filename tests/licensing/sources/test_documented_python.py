"""The Python of docs/verify-licenses.md, run as an application would run it."""

import pytest

from tests.licensing.sources.documented import BAD, FACTS, GOOD, PUBLIC_KEYS, python_reader

read_license = python_reader()


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_reads_a_genuine_document(text: str) -> None:
    assert read_license(text, PUBLIC_KEYS) == FACTS


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_refuses_anything_else(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words differ from case to case
        read_license(text, PUBLIC_KEYS)
