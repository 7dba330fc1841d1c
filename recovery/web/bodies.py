"""No page of ours takes more than a short form, few paths take more: whatever announces more is not read at all."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from recovery.problem_documents import FOR_PROGRAMS, is_for_programs, problem_response
from recovery.web.errors import too_large


class BodyCap:
    """Refuses by Content-Length. A WSGI request without one has no body for Django, so none comes round this: the API
    refuses it instead of calling its fields missing, and what shops notify is read by its own view.

    Django's own cap does not count uploaded files, which it would write to disk before any view runs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        announced = request.META.get("CONTENT_LENGTH", "")
        if not announced and "HTTP_TRANSFER_ENCODING" in request.META and is_for_programs(request):
            return problem_response(411, "length_needed", FOR_PROGRAMS["length_needed"])
        if announced.isdecimal() and int(announced[:20]) > limit_of(request.path_info):
            return too_large(request)
        return self.get_response(request)


def limit_of(path: str) -> int:
    """Octets of a body that this path takes."""
    limits: dict[str, int] = settings.BODY_LIMITS
    usual: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return next((limit for start, limit in limits.items() if path.startswith(start)), usual)
