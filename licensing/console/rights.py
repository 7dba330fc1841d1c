"""Which right a page of the console takes, and who has it. Asked by config/staff/gate.py before anything else is asked
of somebody: a second factor shown for a page that stays closed is one shown for nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

MARK: Final = "only_with"
ALWAYS: Final = "administrator"  # has every right, whatever the groups say

View = TypeVar("View", bound=Callable[..., Any])


class RightMissing(PermissionDenied):
    """403, and `right` says what would have opened the page."""

    def __init__(self, right: str) -> None:
        super().__init__(right)
        self.right = right


def only_with(right: str) -> Callable[[View], View]:
    """A decorator: whoever has not that right is refused before anything else."""

    def mark(view: View) -> View:
        setattr(view, MARK, right)
        return view

    return mark


def refuse_unless_marked(view: Callable[..., Any], request: HttpRequest) -> None:
    """Raises `RightMissing` where the view is marked with a right that this person has not."""
    right: str | None = getattr(view, MARK, None)
    if right is not None:
        refuse_unless(request, right)


def refuse_unless(request: HttpRequest, right: str) -> None:
    """Raises `RightMissing`."""
    if not request.user.has_perm(right):
        raise RightMissing(right)


def who_has(right: str) -> list[str]:
    """The roles with that right, groups that the vendor made included. One query."""
    app, _, name = right.partition(".")
    groups = Group.objects.filter(permissions__content_type__app_label=app, permissions__codename=name)
    names = list(groups.order_by("pk").values_list("name", flat=True))
    return names if ALWAYS in names else [*names, ALWAYS]


def one_of(names: list[str]) -> str:
    """`lead or administrator`."""
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
