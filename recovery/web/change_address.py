""" "My address has changed": the form, the proof of the new mailbox, and what has become of it.

Nothing that is typed is looked up, so that everything gets the same answer.
"""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from licensing.addresses import AddressError
from recovery import cookies
from recovery.claimed import LONGEST_LINE, LONGEST_TEXT
from recovery.errors import Expired, TooManyClaims, TooManyTries, Used, WrongCode
from recovery.journeys.change_address import (
    ask_again,
    claim,
    link_standing,
    mail_state,
    prove_by_code,
    prove_by_link,
    request_of,
)
from recovery.mail_language import mail_language
from recovery.models import RecoveryRequest
from recovery.proving import LinkStanding
from recovery.tokens import CODE_LENGTH, InvalidToken, forgiving
from recovery.web.ask import OfOneBrowser
from recovery.web.errors import Trouble, trouble_page
from recovery.web.network import client_ip
from recovery.web.pages import Page
from recovery.web.prove import NO_LINK, NOT_OURS
from recovery.web.redirects import see

COOKIE_PATH: Final = "/address-change/prove/"
FIELDS: Final = ("old_address", "order", "name", "code", "text")
ENOUGH: Final = Trouble(
    429,
    _("Support has enough from you for today"),
    _("Several changes were asked for with this mailbox today. Nothing more was passed on."),
    _("Answer the last mail you got from us, or write to support."),
)


class ChangeAddress(Page):
    template = "change_address"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        browser = cookies.of_browser(request)
        typed = {name: request.POST.get(name, "") for name in FIELDS}
        new = request.POST.get("new", "")
        try:
            asked = claim(
                new=new, typed=typed, browser=browser, ip=client_ip(request), language=mail_language(request)
            )
        except AddressError as error:
            return self.form(request, status=422, new=new, error=error.message, **typed)
        return see_claim(asked, browser)

    def form(self, request: HttpRequest, **context: Any) -> HttpResponse:
        return self.page(request, longest_line=LONGEST_LINE, longest_text=LONGEST_TEXT, **context)


def see_claim(asked: RecoveryRequest, browser: str) -> HttpResponse:
    """303 to the claim's own page, which only this browser may open."""
    response = see("address-change-request", asked.pk)
    cookies.keep_browser(response, browser)
    return response


class ClaimRequest(OfOneBrowser):
    """What is happening to the mail that proves the new mailbox, and the field for its code."""

    template = "claim_request"

    def get(self, request: HttpRequest, request_id: UUID) -> HttpResponse:
        return self.shown(request, self.asked(request, request_id))

    def post(self, request: HttpRequest, request_id: UUID) -> HttpResponse:
        asked, typed = self.asked(request, request_id), request.POST.get("code", "")
        if len(forgiving(typed)) != CODE_LENGTH:
            return self.shown(request, asked, status=422, wrong=True, typed=typed)
        try:
            secret = prove_by_code(asked, typed=typed)
        except WrongCode as error:
            return self.shown(
                request, asked, status=422, wrong=True, typed=typed, tries_left=error.tries_left
            )
        except TooManyClaims:
            return trouble_page(ENOUGH)
        except (Used, Expired, TooManyTries) as error:
            status = 429 if isinstance(error, TooManyTries) else 410
            return self.shown(request, asked, status=status, over=error.code)
        return see_state(secret)

    @staticmethod
    def of_browser(request_id: UUID, *, browser: str) -> RecoveryRequest:
        return request_of(request_id, browser=browser)

    def shown(
        self, request: HttpRequest, asked: RecoveryRequest, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        state = "verified" if asked.verified_at else str(mail_state(asked))
        return self.page(request, status=status, asked=asked, state=state, **context)


def see_state(secret: str) -> HttpResponse:
    response = see("address-change-state")
    cookies.keep_claim(response, secret)
    return response


class ClaimLink(Page):
    """`/address-change/prove/<token>/`: takes the token out of the address bar."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            link_standing(token)
        except InvalidToken:
            return trouble_page(NOT_OURS)
        response = see("claim-prove")
        cookies.keep_link(response, token, path=COOKIE_PATH)
        return response


class ClaimPage(Page):
    """A page that works on the link of this browser's cookie."""

    template = "claim_link"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except InvalidToken:
            return trouble_page(NO_LINK)
        except TooManyClaims:
            return trouble_page(ENOUGH)

    def over(self, request: HttpRequest, *, used: bool) -> HttpResponse:
        return self.page(request, status=410, template="claim_link_over", used=used)


class ClaimProve(ClaimPage):
    """One button. Opening it changes nothing: mail scanners open it, too."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = link_standing(cookies.read(request, cookies.LINK))
        return (
            self.page(request)
            if found is LinkStanding.LIVE
            else self.over(request, used=found is LinkStanding.USED)
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            secret = prove_by_link(cookies.read(request, cookies.LINK))
        except (Used, Expired) as error:
            return self.over(request, used=isinstance(error, Used))
        response = see_state(secret)
        cookies.forget(response, cookies.LINK, path=COOKIE_PATH)
        return response


class FreshClaimLink(ClaimPage):
    """One click sends a fresh mail for the same claim."""

    def post(self, request: HttpRequest) -> HttpResponse:
        browser = cookies.of_browser(request)
        token = cookies.read(request, cookies.LINK)
        try:
            asked = ask_again(token, browser=browser, ip=client_ip(request), language=mail_language(request))
        except Used:
            return self.over(request, used=True)
        response = see_claim(asked, browser)
        cookies.forget(response, cookies.LINK, path=COOKIE_PATH)
        return response
