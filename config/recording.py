"""Every page of the console that somebody was shown, and every form that they sent, in the audit trail.

A middleware inside the gate, so that no page can be forgotten. A page that records what was done itself says it better
(`licensing/audit`); then nothing is added here. What cannot be recorded is not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import structlog
from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils.http import urlencode

from config.staff.gate import FOR_ANYBODY, PATH
from licensing.addresses import network_of
from licensing.audit.looked import concerned, shown
from licensing.audit.occasion import Occasion, occasion, present
from licensing.audit.trail import record
from licensing.console.search import can_be_stored, keys_by_code
from licensing.console.terms import cleaned, may_be_code
from licensing.keys.code import mask, tail
from licensing.models import AuditEntry
from licensing.network import client_ip
from recovery.web.errors import OUTAGE, trouble_page

SEEN: Final = "audit_seen"
READING: Final = ("GET", "HEAD", "OPTIONS")
MOST: Final = 100  # fields of a form, or rows that an action was used on
LONGEST: Final = 300  # characters of anything that was sent
FILTERS: Final = "_changelist_filters"
# Not recorded, each for its reason: the page's name -> why.
EXEMPT: Final = {
    **dict.fromkeys(FOR_ANYBODY, "signing in and out is recorded as what it is"),
    **dict.fromkeys(
        (
            "mfa_index",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_add_webauthn",
            "mfa_remove_webauthn",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "account_change_password",
            "staff_end_session",
            "staff_end_other_sessions",
            "staff_prove",
        ),
        "somebody's own sign-in; what they change of it is recorded as what it is",
    ),
    "admin:find": "each search is recorded as one",
    "admin:licensing_importrun_progress": "a number of rows, asked for every few seconds",
    "admin:licensing_product_rules": "a sentence made of what is being typed",
    "admin:jsi18n": "words for scripts, the same for everybody",
}

log = structlog.get_logger(__name__)


class Recording:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PATH):
            return self.get_response(request)
        with occasion(network_of(client_ip(request))) as during:
            response = self.get_response(request)
            return recorded(request, response, during)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Only who got past the gate comes here. Customers' pages look nobody up, and read no session."""
        if not request.path_info.startswith(PATH):
            return
        if request.user.is_authenticated and page_name(request) not in EXEMPT:
            setattr(request, SEEN, (request.user.get_username(), present().recorded))


def recorded(request: HttpRequest, response: HttpResponseBase, during: Occasion) -> HttpResponseBase:
    """The response, once it is recorded; a page that says what is wrong, where that is not possible."""
    by, before = getattr(request, SEEN, ("", 0))
    action = action_of(request, response)
    if not by or not action:
        return response
    try:
        if not is_told(request, during, before=before):
            record(
                action, by=by, customer=concerned(request), row=shown(request), details=details_of(request)
            )
    except Exception:  # whatever it is: nobody sees what nobody knows that they saw
        log.exception("look_not_recorded", page=page_name(request))
        return response if response.status_code >= 500 else trouble_page(OUTAGE)
    return response


def is_told(request: HttpRequest, during: Occasion, *, before: int) -> bool:
    """Whether an entry says it already. One that a refused deed took back with it says nothing."""
    if during.recorded == before or during.last is None:
        return False
    return request.method in READING or AuditEntry.objects.filter(pk=during.last).exists()


def page_name(request: HttpRequest) -> str:
    """The view's, as `reverse` knows it, whatever the site is called."""
    match = request.resolver_match
    return ":".join([*match.app_names, match.url_name or ""]) if match else ""


def action_of(request: HttpRequest, response: HttpResponseBase) -> str:
    """Empty where nothing was shown: a redirect, or a page that is not there."""
    status = response.status_code
    if status == 403:
        return "page.refused"
    if request.method in READING:
        return "page.looked" if status < 300 else ""
    return "" if status in (404, 405) else "page.sent"  # one that broke may have done something before


def details_of(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    assert isinstance(match, ResolverMatch)  # noqa: S101 - `SEEN` was set by the view's address
    said: dict[str, Any] = {"page": page_name(request)}
    if named := {name: str(value) for name, value in match.kwargs.items()}:
        said["named"] = named
    if request.GET:
        said["query"] = {name[:LONGEST]: in_query(name, values) for name, values in request.GET.lists()}
    if request.method not in READING and is_read(request):
        said |= sent(request)
    return said


def in_query(name: str, values: list[str]) -> list[str]:
    """What may be a registration code is kept by its last characters: the trail never has one."""
    if name == FILTERS:  # the address of the list that somebody came from
        return [urlencode(of_list(QueryDict(each)), doseq=True)[:LONGEST] for each in values]
    return [mask(tail(each)) if is_code(name, each) else each[:LONGEST] for each in values]


def of_list(query: QueryDict) -> dict[str, list[str]]:
    return {name: in_query(name, values) for name, values in query.lists() if name != FILTERS}


def is_code(name: str, value: str) -> bool:
    """By its look; of what was searched for, also a code on file that looks like none."""
    if may_be_code(value):
        return True
    term = cleaned(value) if name == SEARCH_VAR and can_be_stored(value) else ""
    return bool(term) and "@" not in term and bool(keys_by_code(term))


def is_read(request: HttpRequest) -> bool:
    """An upload that the view left unread is left so."""
    return hasattr(request, "_post") or request.content_type == "application/x-www-form-urlencoded"


def sent(request: HttpRequest) -> dict[str, Any]:
    """The names of a form's fields. Not what was typed: that may be a secret."""
    names = sorted(set(request.POST) - {"csrfmiddlewaretoken"})
    said: dict[str, Any] = {"fields": in_short(names)}
    if "action" in request.POST:
        said |= {
            "action": request.POST["action"][:LONGEST],
            "rows": in_short(request.POST.getlist("_selected_action")),
        }
    return said


def in_short(values: list[str]) -> list[str]:
    """Enough to see what was sent; what somebody makes up to fill the trail is cut off."""
    return [each[:LONGEST] for each in values[:MOST]]
