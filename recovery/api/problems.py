"""Errors for programs: problem documents (RFC 9457), made in this one place."""

from http import HTTPStatus
from typing import Any

from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from recovery.errors import NotYours


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What it does not know goes on to the outage page or the 500 page."""
    response = exception_handler(Http404() if isinstance(error, NotYours) else error, context)
    if response is None:
        return None
    response.data = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
        "code": error.code if isinstance(error, NotYours) else code_of(error),
    }
    response.content_type = "application/problem+json"
    return response


def code_of(error: Exception) -> str:
    return str(error.default_code) if isinstance(error, APIException) else "not_found"
