"""While the database cannot be reached, visitors get a page that tells the truth."""

import logging
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from recovery.web.errors import OUTAGE, trouble_page

RETRY_SECONDS: Final = 60
logger = logging.getLogger(__name__)


class OutagePage:
    """503 for the two errors by which drivers say that the database is away, or too busy to answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        logger.error("database_unreachable", extra={"error": type(exception.__cause__ or exception).__name__})
        response = outage_document() if request.path_info.startswith("/api/") else trouble_page(OUTAGE)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response


def outage_document() -> JsonResponse:
    """The same for programs: a problem document (RFC 9457)."""
    document = {"type": "about:blank", "title": str(OUTAGE.title), "status": 503, "detail": str(OUTAGE.what)}
    return JsonResponse(document, status=503, content_type="application/problem+json")
