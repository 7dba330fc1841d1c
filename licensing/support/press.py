"""What makes a button that is pressed twice harmless: each form carries an id, and what it makes has that id.

The same serves callers of an API, where it is called an idempotency key.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from licensing.support.errors import StalePage

OLDEST: Final = timedelta(hours=12)  # as long as anybody stays signed in
AHEAD: Final = timedelta(minutes=5)  # clocks of two web hosts differ


def checked(press: UUID, *, now: datetime) -> UUID:
    """The id, if it was made by a page of the last hours: rows are sorted by their ids, so none may lie about its age.

    Raises `StalePage`.
    """
    if press.version != 7:
        raise StalePage
    made = datetime.fromtimestamp((press.int >> 80) / 1000, UTC)
    if not now - OLDEST <= made <= now + AHEAD:
        raise StalePage
    return press
