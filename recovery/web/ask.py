"""Asking: the form with the address, and the page that waits for the code."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from licensing.addresses import AddressError
from recovery import cookies
from recovery.errors import Expired, NotYours, TooManyTries, Used, WrongCode
from recovery.journeys.licenses import keys_mail_state
from recovery.journeys.request import ask, mail_state, request_of
from recovery.journeys.verify import prove_by_code
from recovery.mail_language import mail_language
from recovery.models import RecoveryRequest
from recovery.tokens import CODE_LENGTH, forgiving
from recovery.web.embed import note_where_from, way_back
from recovery.web.errors import Trouble, trouble_page
from recovery.web.network import client_ip
from recovery.web.opened import has_open_view
from recovery.web.pages import Page
from recovery.web.redirects import see

OTHER_BROWSER = Trouble(
    404,
    _("This page opens in one browser only"),
    _("Open it in the browser you asked from, or use the link in the mail: that works in every browser."),
    _("If you cannot find either, ask once more."),
    button=_("Ask once more"),
)
OVER: dict[type[Exception], str] = {Used: "used", Expired: "expired", TooManyTries: "too_many_tries"}
STATUS: dict[type[Exception], int] = {Used: 410, Expired: 410, TooManyTries: 429}


class Ask(Page):
    """Nothing about the address is looked up here, so every address gets the same answer."""

    template = "ask"

    def get(self, request: HttpRequest) -> HttpResponse:
        response = self.page(request)
        note_where_from(request, response)
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        browser = cookies.of_browser(request)
        typed = request.POST.get("email", "")
        try:
            asked = ask(typed=typed, browser=browser, ip=client_ip(request), language=mail_language(request))
        except AddressError as error:
            return self.page(request, status=422, typed=typed, error=error.message)
        return see_request(asked, browser)


def see_request(asked: RecoveryRequest, browser: str) -> HttpResponse:
    """303 to the request's own page, which only this browser may open."""
    response = see("request", asked.pk)
    cookies.keep_browser(response, browser)
    return response


class OfOneBrowser(Page):
    """The page of a request that one browser asked for: it opens in no other."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except NotYours:
            return trouble_page(OTHER_BROWSER)

    def asked(self, request: HttpRequest, request_id: UUID) -> RecoveryRequest:
        browser = cookies.read(request, cookies.BROWSER)
        if not browser:
            raise NotYours
        return self.of_browser(request_id, browser=browser)

    @staticmethod
    def of_browser(request_id: UUID, *, browser: str) -> RecoveryRequest:
        """The request, if that browser asked for it. Raises `NotYours`."""
        raise NotImplementedError


class Request(OfOneBrowser):
    """What is happening to the mail, and the field for its code."""

    template = "request"

    def get(self, request: HttpRequest, request_id: UUID) -> HttpResponse:
        return self.page(request, **self.state_of(request, self.asked(request, request_id)))

    def post(self, request: HttpRequest, request_id: UUID) -> HttpResponse:
        asked, typed = self.asked(request, request_id), request.POST.get("code", "")
        if len(forgiving(typed)) != CODE_LENGTH:
            return self.again(request, asked, typed=typed)
        try:
            view = prove_by_code(asked, typed=typed)
        except WrongCode as error:
            return self.again(request, asked, typed=typed, tries_left=error.tries_left)
        except (Used, Expired, TooManyTries) as error:
            return self.over(request, asked, type(error))
        response = see("licenses")
        cookies.keep_view(response, view)
        return response

    @staticmethod
    def of_browser(request_id: UUID, *, browser: str) -> RecoveryRequest:
        return request_of(request_id, browser=browser)

    def again(self, request: HttpRequest, asked: RecoveryRequest, **context: Any) -> HttpResponse:
        """The form once more. A code of another length cannot be ours, and costs no try."""
        return self.page(request, status=422, wrong=True, **context, **self.state_of(request, asked))

    def over(self, request: HttpRequest, asked: RecoveryRequest, why: type[Exception]) -> HttpResponse:
        context = {"asked": asked, "why": OVER[why], "has_view": has_open_view(request)}
        return self.page(request, status=STATUS[why], template="code_over", **context)

    def state_of(self, request: HttpRequest, asked: RecoveryRequest) -> dict[str, Any]:
        verified = asked.verified_at is not None
        return {
            "asked": asked,
            "state": "verified" if verified else str(mail_state(asked)),
            "keys_mail": str(keys_mail_state(asked)) if verified else "",
            "has_view": verified and has_open_view(request),
            "way_back": way_back(request) if verified else "",
        }
