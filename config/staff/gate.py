"""The one door to every page of the console: who stands before it, and how far they get.

A middleware, so that no page can be forgotten; the site asks `standing_of` once more for its own pages.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth import logout
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from config.staff import approvals, sessions
from config.staff.approvals import Asked
from config.staff.proof import Standing, is_fresh, is_over, see, standing_of
from config.staff.views.approvals import asked_first, signed_in
from licensing.console.proof import wants_proof
from licensing.console.rights import refuse_unless_marked
from licensing.console.second_person import is_held, note_approval, second_person_for
from recovery.web.outage import OutagePage

PATH: Final = "/console/"
APPROVAL: Final = "approval_used"  # of this request
FOR_ANYBODY: Final = {
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "staff_invited",
    "staff_welcome",
}
FOR_SETTING_UP: Final = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}
FOR_PROVING: Final = {"staff_prove"}
# Standing -> the pages it may see, and where everything else leads.
ROADS: Final = {
    Standing.NOBODY: (set[str](), "account_login"),
    Standing.WITHOUT_FACTOR: (FOR_SETTING_UP, "mfa_index"),
    Standing.UNPROVEN: (FOR_PROVING, "staff_prove"),
}


class Gate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path_info.startswith(PATH):
            # Forms send their origin to our own pages: the CSRF check wants it, `no-referrer` would blank it out.
            response.headers.setdefault("Referrer-Policy", "same-origin")
        used = getattr(request, APPROVAL, None)
        if used is not None and response.status_code >= HttpResponseBadRequest.status_code:
            approvals.give_back(used)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """None lets the request in. Reads no body, but of deeds marked for a second person: uploads come with their
        own reader."""
        if not request.path_info.startswith(PATH):
            return None
        try:
            return decided(request, view, kwargs) or held(request, view, kwargs)
        except (OperationalError, InterfaceError) as error:
            return OutagePage(self.get_response).process_exception(request, error)


def decided(request: HttpRequest, view: Callable[..., Any], named: dict[str, Any]) -> HttpResponseBase | None:
    """The way elsewhere, or none for somebody who may go on. Raises `RightMissing` for who may not at all."""
    end_what_is_over(request)
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name in FOR_ANYBODY:
        return None
    standing = standing_of(request)
    if standing is Standing.NOBODY and request.user.is_authenticated:
        logout(request)  # somebody whose rights were taken: the sign-in would send them back here for ever
    if standing is not Standing.PROVEN:
        open_pages, instead = ROADS[standing]
        return None if name in open_pages else led_to(instead, request)
    refuse_unless_marked(view, request)
    if wants_proof(view, request, named) and not is_fresh(request, now=timezone.now()):
        return led_to("staff_prove", request)
    return None


def held(request: HttpRequest, view: Callable[..., Any], named: dict[str, Any]) -> HttpResponseBase | None:
    """A page that asks for a second person, where the settings want one for this deed and none has approved it."""
    mark = second_person_for(view)
    if mark is None or not is_held(mark.kind, settings.SECOND_PERSON) or not mark.when(request, **named):
        return None
    if not mark.takes(request):
        return None
    asked = Asked.of(request, mark)
    used = approvals.use(asked, by=signed_in(request))
    if used is None:
        return asked_first(request, asked)
    setattr(request, APPROVAL, used)
    note_approval(request, str(used.decided_by))
    return None


def end_what_is_over(request: HttpRequest) -> None:
    """Signs out whom time signs out; otherwise notes, once a minute, that they are there."""
    if not request.user.is_authenticated:
        return
    now = timezone.now()
    if is_over(request.session, now=now):
        logout(request)
    elif see(request.session, now=now):
        sessions.seen(request.session, now=now)


def led_to(page: str, request: HttpRequest) -> HttpResponseRedirect:
    """There, and back here afterwards. What a form sent is not kept: it may be a secret."""
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': way_back(request)}, safe='/')}")


def way_back(request: HttpRequest) -> str:
    """The page itself; of a form that goes elsewhere, the page it was on, if that was one of ours."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    ours = came_from.netloc == request.get_host() and came_from.path.startswith(PATH)
    return urlunsplit(("", "", came_from.path, came_from.query, "")) if ours else PATH
