"""Deeds that a second person may have to approve, where the vendor's settings say so.

Only marked here; config/staff/gate.py holds them. The mark survives decorators that use `functools.wraps`, and the
console's own wrapper. It is for views that read no upload: what cannot be kept cannot be asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from django.forms import Form
from django.http import HttpRequest

MARK: Final = "second_person"
APPROVED_BY: Final = "second_person_approved_by"  # of this request
View = TypeVar("View", bound=Callable[..., Any])
When = Callable[..., bool]


class ForTwo(StrEnum):
    """What the setting SECOND_PERSON may name. Accounts are held wherever it names anything: see `is_held`."""

    EXPORTS = "exports"
    BULK = "bulk"
    POLICY = "policy"
    ACCOUNTS = "accounts"


def is_held(kind: ForTwo, named: Collection[str]) -> bool:
    """Whether a second person is needed for such a deed. Who can open an account alone is two people alone."""
    return kind in named or (kind is ForTwo.ACCOUNTS and bool(named))


def is_post(request: HttpRequest, **_: Any) -> bool:
    return request.method == "POST"


def always(request: HttpRequest, **_: Any) -> bool:
    """Where a GET hands something out."""
    return True


@dataclass(frozen=True)
class Mark:
    """`when` is called with the request and what its address names, and says whether this is the deed. `form` is what
    it is asked with: whoever decides reads its labels. `why`: the field that says the reason. `of`: the title where it
    is known whom it concerns."""

    kind: ForTwo
    title: str
    when: When
    form: type[Form] | None = None
    why: str = ""
    of: str = ""

    def takes(self, request: HttpRequest) -> bool:
        """What the form itself refuses is no question for anybody: the page says what is missing."""
        return self.form is None or request.method != "POST" or self.form(request.POST).is_valid()


def needs_second_person(
    kind: ForTwo,
    title: str,
    *,
    when: When = is_post,
    form: type[Form] | None = None,
    why: str = "",
    of: str = "",
) -> Callable[[View], View]:
    """A decorator: the deed is done only once somebody else has approved exactly it. `title`: what it is, in words; the
    rest as `Mark` has it."""

    def mark(view: View) -> View:
        setattr(view, MARK, Mark(kind, title, when, form, why, of))
        return view

    return mark


def note_approval(request: HttpRequest, login: str) -> None:
    """Whoever approved the deed that this request does."""
    setattr(request, APPROVED_BY, login)


def approved_by(request: HttpRequest) -> str:
    """The login of who approved this very deed; empty where the settings wanted nobody."""
    login: str = getattr(request, APPROVED_BY, "")
    return login


def second_person_for(view: Callable[..., Any]) -> Mark | None:
    found: Mark | None = getattr(view, MARK, None)
    return found
