"""The description of the API, for programs and for people, from our own origin."""

from __future__ import annotations

import json
from functools import lru_cache
from threading import Lock
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# The reference's page styles itself; nothing may come from elsewhere, and its calls stay here.
OF_PAGE: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
FIVE_MINUTES: Final = "public, max-age=300"


guard: Final = Lock()


def description() -> dict[str, Any]:
    """OpenAPI 3.1, made from the views once in each process."""
    with guard:  # its maker loads what extends it as it goes, and fails where two do so at once
        return made_once()


@lru_cache(maxsize=1)
def made_once() -> dict[str, Any]:
    # Loaded by who asks for the description first: it takes a quarter of a web process's start.
    from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415

    generator: Any = SchemaGenerator
    made: dict[str, Any] = generator().get_schema(request=None, public=True)
    return made


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """`GET /api/schema/`, for everybody."""
    text = json.dumps(description(), indent=2)
    headers = {"Cache-Control": FIVE_MINUTES, "Access-Control-Allow-Origin": "*"}
    return HttpResponse(text, content_type="application/json", headers=headers)


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """`GET /api/docs/`."""
    page = render(request, "api/docs.html")
    page.headers["Content-Security-Policy"] = OF_PAGE
    return page
