"""Pages that ask for a second factor again, however well somebody is signed in: what they show or do is worth it.

Only marked here; config/staff/gate.py asks. The mark survives decorators that use `functools.wraps`, and the
console's own wrapper.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.http import HttpRequest

MARK: Final = "asks_for_proof"

View = TypeVar("View", bound=Callable[..., Any])
When = Callable[..., bool]


def always(request: HttpRequest, **_: Any) -> bool:
    return True


def asks_for_proof(view: View, *, when: When = always) -> View:
    """A decorator: the view is reached only within five minutes of a second factor. `when` is called with the request
    and what its address names, where that is not so for every request."""
    setattr(view, MARK, when)
    return view


def wants_proof(view: Callable[..., Any], request: HttpRequest, named: dict[str, Any]) -> bool:
    """Whether this request of the view does."""
    when: When | None = getattr(view, MARK, None)
    return when is not None and when(request, **named)
