"""Pages of the console's own for what it refuses; everybody else gets the customers' (`recovery/web/errors.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.staff.frame import frame
from config.staff.proof import Standing, standing_of
from config.staff.roles import role_of
from licensing.console.rights import RightMissing, one_of, who_has
from recovery.web import errors

PATH: Final = "/console/"


@dataclass(frozen=True)
class Refusal:
    """What the page says; `next_step` where there is one."""

    status: int
    title: str
    what: str
    next_step: str = ""


FORBIDDEN: Final = Refusal(
    403,
    "Your role does not open this",
    "Nothing was changed.",
    "If it belongs to your work, ask an administrator for another role.",
)
NOT_FOUND: Final = Refusal(
    404,
    "There is nothing here",
    "The address may be cut off, or what it named is gone: erased, merged, or older than what is kept.",
    "Search for it in the box on top.",
)
BAD_REQUEST: Final = Refusal(
    400,
    "That did not arrive in one piece",
    "The browser sent something that cannot be read. Nothing was changed.",
    "Go back, load the page anew, and try again.",
)
STALE: Final = Refusal(
    403,
    "Please send that once more",
    "The form was open for too long, or you signed in anew meanwhile. Nothing was changed.",
    "Go back, load the page anew, and press again.",
)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    missing = exception.right if isinstance(exception, RightMissing) else ""
    return told(request, FORBIDDEN, missing=missing) or errors.forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return told(request, NOT_FOUND) or errors.not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return told(request, BAD_REQUEST) or errors.bad_request(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    shown = told(request, STALE) if request.method == "POST" else None
    return shown or errors.csrf_failure(request, reason)


def told(request: HttpRequest, refusal: Refusal, *, missing: str = "") -> HttpResponse | None:
    """None where nobody of staff is wholly in, and where the database cannot say so."""
    if not request.path_info.startswith(PATH) or not hasattr(request, "user"):
        return None
    try:
        return page(request, refusal, missing=missing) if is_in(request) else None
    except (OperationalError, InterfaceError):
        return None


def is_in(request: HttpRequest) -> bool:
    return standing_of(request) is Standing.PROVEN


def page(request: HttpRequest, refusal: Refusal, *, missing: str) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - nobody else is in
    more = {
        "refusal": refusal,
        "needs": one_of(who_has(missing)) if missing else "",
        "role": role_of(user),
        "back": came_from(request),
    }
    context = frame(request, title=refusal.title) | more
    return render(request, "staff/refused.html", context, status=refusal.status)


def came_from(request: HttpRequest) -> str:
    """The page of ours that the click was on; empty where it was none."""
    said = urlsplit(request.META.get("HTTP_REFERER", ""))
    ours = said.netloc == request.get_host() and said.path.startswith(PATH) and said.path != request.path
    return said._replace(scheme="", netloc="", fragment="").geturl() if ours else ""
