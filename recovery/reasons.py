"""What support does beyond the usual needs a reason, which is recorded."""

from recovery.errors import ReasonNeeded


def needed(reason: str) -> None:
    """Raises `ReasonNeeded` where nothing is said."""
    if not reason.strip():
        raise ReasonNeeded
