"""`GET /retired-keys.json`, for everybody: the signed list of codes that no longer count (docs/retired-keys.md)."""

from __future__ import annotations

import re
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from licensing.keys.retired_reading import NotIssued, State, WholeListNeeded, changes, current, document
from licensing.keys.signing import NoSigningKey

SEQUENCE: Final = re.compile("[0-9]{1,15}")  # so that it is a whole number in JavaScript, too
OPEN_TO_ALL: Final = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
NOT_YET: Final = "The list has not been made yet. It comes within minutes; or run: manage.py retired_list"

log = structlog.get_logger(__name__)


@require_safe
def retired_keys(request: HttpRequest) -> HttpResponse:
    """The whole list, or with `?since=` the changes since that sequence; where these are not to be had, a redirect."""
    since = request.GET.get("since")
    if since is not None and not SEQUENCE.fullmatch(since):
        return problem(400, "not_a_sequence", "since must be the sequence of a list: a whole number.")
    try:
        state = current()
        return whole(request, state) if since is None else since_then(request, state, int(since))
    except WholeListNeeded:
        return HttpResponseRedirect(reverse("retired-keys"), headers=OPEN_TO_ALL)
    except (NoSigningKey, NotIssued) as error:
        reason = str(error) or NOT_YET
        log.warning("no_retired_list", reason=reason)
        return problem(503, "no_list", reason)


def whole(request: HttpRequest, state: State) -> HttpResponse:
    """Neither a conditional request nor HEAD reads the document."""
    if unchanged := get_conditional_response(request, etag=quoted(state.tag)):
        return opened(unchanged, state.tag)
    if request.method == "HEAD":
        return opened(HttpResponse(headers={"Content-Length": str(state.size)}), state.tag)
    state, octets = document(state)
    return opened(HttpResponse(octets), state.tag)


def since_then(request: HttpRequest, state: State, since: int) -> HttpResponse:
    octets = changes(state, since)
    tag = sha256(octets).hexdigest()[:32]
    unchanged = get_conditional_response(request, etag=quoted(tag))
    return opened(unchanged or HttpResponse(octets), tag)


def opened(response: HttpResponse, tag: str) -> HttpResponse:
    for name, value in (*OPEN_TO_ALL.items(), ("ETag", quoted(tag)), ("Content-Type", "application/json")):
        response.headers[name] = value
    return response


def quoted(tag: str) -> str:
    return f'"{tag}"'


def problem(status: int, code: str, detail: str) -> HttpResponse:
    """A problem document (RFC 9457)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    return JsonResponse(
        {**body, "detail": detail},
        status=status,
        content_type="application/problem+json",
        headers={"Retry-After": "300"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {},
    )
