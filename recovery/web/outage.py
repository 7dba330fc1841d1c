"""While the database cannot be reached, visitors get a page that tells the truth."""

import logging
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from recovery.web.errors import OUTAGE, told

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
        response = told(request, OUTAGE)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
