"""Errors for programs: problem documents (RFC 9457). None touches the database."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, JsonResponse

CONTENT_TYPE: Final = "application/problem+json"
PATH: Final = "/api/"
# What pages say to customers in words of their own.
FOR_PROGRAMS: Final = {
    "not_found": "There is no such call, or an id in its address is no UUID. All calls stand in /api/docs/, and their "
    "addresses end in /.",
    "length_needed": "The body came without `Content-Length`, in chunks, and was not read. Send it as a whole.",
    "too_large": "The body is larger than any call takes. Nothing was kept of it.",
    "database_away": "The database is away. Nothing was accepted and nothing was changed. Repeat the call later.",
    "busy": "Another deed was in the way, also when this one was begun anew. Nothing was accepted and nothing was "
    "changed. Repeat the call.",
}


def is_for_programs(request: HttpRequest) -> bool:
    """Whether who asks reads JSON and not pages."""
    return request.path_info.startswith(PATH)


def problem(status: int, code: str, detail: str = "", **more: Any) -> dict[str, Any]:
    """The document. `code` is stable and for programs, `detail` a sentence for people."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    return document | ({"detail": detail} if detail else {}) | more


def problem_response(
    status: int, code: str, detail: str = "", *, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    return JsonResponse(
        problem(status, code, detail), status=status, content_type=CONTENT_TYPE, headers=dict(headers or {})
    )
