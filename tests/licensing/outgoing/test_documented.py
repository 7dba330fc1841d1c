"""docs/outgoing.md: its Python run as a receiver would run it, and its table of events."""

import pytest

from tests.licensing.outgoing.documented import BODY, DOCUMENT, SECRET, bad, good, python_verifier, rows

verified = python_verifier()


@pytest.mark.parametrize("case", good())
def test_what_we_signed_is_taken(case: str) -> None:
    assert verified(SECRET, good()[case], BODY) == BODY


@pytest.mark.parametrize("case", bad())
def test_anything_else_is_refused(case: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words differ from case to case
        verified(SECRET, bad()[case], BODY)


def test_the_table_of_events_is_that_of_the_registry() -> None:
    listed = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `") and "." in line]

    assert listed == rows()
