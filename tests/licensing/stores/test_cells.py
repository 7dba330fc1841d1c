"""How single cells are read."""

from datetime import UTC, datetime

import pytest

from licensing.intake.record import RowRejected
from licensing.intake.stores import cells


@pytest.mark.parametrize(
    ("date", "time", "when"),
    [
        ("2026-03-02", "10:00:00Z", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02", "10:00+02:00", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-03-02", "", datetime(2026, 3, 2, tzinfo=UTC)),
        (" 2026-03-02 ", "  ", datetime(2026, 3, 2, tzinfo=UTC)),
    ],
    ids=["in UTC", "in another zone", "a date alone", "a date alone with blanks"],
)
def test_a_moment_is_read_with_or_without_its_time(date: str, time: str, when: datetime) -> None:
    assert cells.moment(date, time, "Placed") == when


@pytest.mark.parametrize(
    ("date", "time"),
    [("", ""), ("", "10:00"), ("soon", ""), ("2026-13-01", ""), ("0001-01-01", "00:00+02:00")],
)
def test_what_is_no_moment_is_refused(date: str, time: str) -> None:
    with pytest.raises(RowRejected, match=r"^Placed: is not a date and time"):
        cells.moment(date, time, "Placed")
