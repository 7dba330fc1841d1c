"""Pages for what goes wrong: what happened, what was kept, what to do next. None touches the database."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recovery.problem_documents import FOR_PROGRAMS, is_for_programs, problem_response
from recovery.web.vendor import vendor

Words = str | Promise
START_AGAIN = _("Start again")


@dataclass(frozen=True)
class Trouble:
    """A page that says what is the matter. `button` leads to `url`, the next step."""

    status: int
    title: Words
    what: Words
    advice: Words = ""
    button: Words = START_AGAIN
    url: str = "/"
    code: str = "error"  # the same for programs


BAD_REQUEST = Trouble(
    400,
    _("That request did not arrive in one piece"),
    _("Your browser sent something that we could not read. Nothing was changed."),
    _("Please start again from the first page."),
    code="bad_request",
)
FORBIDDEN = Trouble(
    403,
    _("This page is not open to you"),
    _("It belongs to another browser, or its time is over."),
    code="forbidden",
)
CSRF = Trouble(
    403,
    _("Please send that once more"),
    _("The form was open for too long, or cookies are switched off for this site. Nothing was changed."),
    _("Allow cookies for this site, go to the first page and try again."),
)
NOT_FOUND = Trouble(
    404,
    _("There is no such page"),
    _("The address may be mistyped or cut off. Long links in mails sometimes break over two lines."),
    _("If you copied a link from a mail, copy all of it."),
    code="not_found",
)
NOT_ALLOWED = Trouble(
    405,
    _("This page does not work that way"),
    _("It was opened in a way that it does not answer to. Nothing was changed."),
    code="method_not_allowed",
)
TOO_LARGE = Trouble(
    413,
    _("That was too much"),
    _("What your browser sent is far longer than this form takes. Nothing was kept of it."),
    code="too_large",
)
SERVER_ERROR = Trouble(
    500,
    _("Something broke on our side"),
    _("It is not your fault. It was noted, and nothing that was accepted earlier is lost."),
    _("Please try again in a few minutes."),
    code="server_error",
)
OUTAGE = Trouble(
    503,
    _("We cannot reach our records right now"),
    _("Nothing was accepted and nothing was changed. Mails that were promised earlier will still go out."),
    _("Please try again in a minute."),
    button=_("Try again"),
    code="database_away",
)
BUSY = Trouble(
    503,
    _("Somebody else was at the same in that moment"),
    _("Nothing was accepted and nothing was changed."),
    _("Please try again now."),
    button=_("Try again"),
    code="busy",
)


def trouble_page(trouble: Trouble) -> HttpResponse:
    """Rendered without the request, so that nothing hanging on it (session, user) can fail as well."""
    context: dict[str, Any] = {**vendor(), "trouble": trouble}
    return HttpResponse(render_to_string("recovery/trouble.html", context), status=trouble.status)


def told(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """A page, or a problem document for who calls the API."""
    if is_for_programs(request):
        words = FOR_PROGRAMS.get(trouble.code) or str(trouble.what)
        return problem_response(trouble.status, trouble.code, words)
    return trouble_page(trouble)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return told(request, TOO_LARGE if isinstance(exception, RequestDataTooBig) else BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return told(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return told(request, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return told(request, SERVER_ERROR)


def too_large(request: HttpRequest) -> HttpResponse:
    return told(request, TOO_LARGE)


def not_allowed(allowed: list[str]) -> HttpResponse:
    response = trouble_page(NOT_ALLOWED)
    response.headers["Allow"] = ", ".join(allowed)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django asks for the token before it looks at the method: for PUT and the like, that is the matter."""
    return trouble_page(CSRF) if request.method == "POST" else not_allowed(["GET", "HEAD", "POST", "OPTIONS"])
