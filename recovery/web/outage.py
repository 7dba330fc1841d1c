"""While the database cannot be reached, or others stand in the way, visitors get a page that tells the truth."""

import logging
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from licensing.conflicts import is_conflict, is_passing
from recovery.web.errors import BUSY, OUTAGE, Trouble, told

RETRY_SECONDS: Final = 60
AT_ONCE_SECONDS: Final = 1  # the other deed is done by then
logger = logging.getLogger(__name__)


class OutagePage:
    """503 for what the database could not do just now."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not is_passing(exception):
            return None
        error = {"error": type(exception.__cause__ or exception).__name__}
        if is_conflict(exception):
            logger.warning("deeds_in_each_others_way", extra=error)
            return told_for(request, BUSY, seconds=AT_ONCE_SECONDS)
        logger.error("database_unreachable", extra=error)
        return told_for(request, OUTAGE, seconds=RETRY_SECONDS)


def told_for(request: HttpRequest, trouble: Trouble, *, seconds: int) -> HttpResponse:
    response = told(request, trouble)
    response.headers["Retry-After"] = str(seconds)
    return response
