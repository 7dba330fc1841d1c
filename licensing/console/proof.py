"""Pages that ask for a second factor again, however well somebody is signed in: what they show or do is worth it.

Only marked here; config/staff/gate.py asks. The mark survives decorators that use `functools.wraps`, and the
console's own wrapper.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

MARK: Final = "asks_for_proof"

View = TypeVar("View", bound=Callable[..., Any])


def asks_for_proof(view: View) -> View:
    """A decorator: the view is reached only within five minutes of a second factor."""
    setattr(view, MARK, True)
    return view


def wants_proof(view: Callable[..., Any]) -> bool:
    return bool(getattr(view, MARK, False))
