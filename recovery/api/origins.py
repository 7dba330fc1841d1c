"""Which sites' scripts may call the API from a browser: those that the vendor lists, and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

PATH: Final = "/api/v1/"
WITH_KEYS: Final = "/api/v1/vendor/"  # an API key in a page's script would be everybody's
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key",
    "Access-Control-Max-Age": "600",
}
READABLE: Final = "retry-after, ratelimit, ratelimit-policy, idempotent-replayed"


class ListedOrigins:
    """Exactly the listed origins, as the browser sends them; without cookies, since the API knows nobody by them.

    Stands outside everything that may answer, so that a listed site can read refusals, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PATH) or request.path_info.startswith(WITH_KEYS):
            return self.get_response(request)
        origin = request.headers.get("Origin", "")
        listed = origin in settings.API_ORIGINS
        asks_first = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = preflight(listed) if asks_first else self.get_response(request)
        if listed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = READABLE
        patch_vary_headers(response, ["Origin"])
        return response


def preflight(listed: bool) -> HttpResponse:
    """What may be sent. Without headers, a browser lets nothing through."""
    return HttpResponse(status=204, headers=PREFLIGHT if listed else {})
