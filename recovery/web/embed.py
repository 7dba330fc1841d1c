"""The button for the vendor's own site, and the way back there. That site learns "done", and nothing else.

Our pages are in a window that the vendor's page has no handle on (threats.md row 56), so nothing can be handed over
there: "done" is a link back to a page that the vendor has listed, which the customer presses at the end.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from recovery import cookies

SCRIPT: Final = Path(__file__).resolve().parents[1] / "static" / "recovery" / "embed.js"
DONE: Final = "#license-recovery=done"
FOR_SITES: Final = {
    "Cache-Control": "public, max-age=3600",
    "Content-Type": "text/javascript; charset=utf-8",
    "Cross-Origin-Resource-Policy": "cross-origin",  # any site may load it; what it opens, only listed ones come back
}


@lru_cache(maxsize=1)
def script() -> tuple[bytes, str]:
    """Its octets and their tag."""
    octets = SCRIPT.read_bytes()
    return octets, f'"{sha256(octets).hexdigest()[:32]}"'


@require_safe
def embed_js(request: HttpRequest) -> HttpResponseBase:
    octets, tag = script()
    response = get_conditional_response(request, etag=tag) or HttpResponse(octets)
    for name, value in (*FOR_SITES.items(), ("ETag", tag)):
        response.headers[name] = value
    return response


def note_where_from(request: HttpRequest, response: HttpResponseBase) -> None:
    """Remember the page that the customer came from, if it is one of those that the vendor lists."""
    page = request.GET.get("back", "")
    if page in settings.EMBED_PAGES:
        cookies.keep_back(response, mark_of(page))


def way_back(request: HttpRequest) -> str:
    """The listed page that the customer came from, told that they are done; empty where they came by themselves."""
    mark = cookies.read(request, cookies.BACK)
    page = next((page for page in settings.EMBED_PAGES if mark and mark_of(page) == mark), "")
    return f"{page}{DONE}" if page else ""


def mark_of(page: str) -> str:
    """What the cookie says of a listed page. It names one of a list, so no address ever comes out of a cookie."""
    return sha256(page.encode()).hexdigest()[:32]
