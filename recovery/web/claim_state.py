"""What has become of a changed address, and the answer to what support asks; for who proved the new mailbox."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recovery import cookies
from recovery.claimed import LONGEST_LINE, LONGEST_TEXT
from recovery.errors import NothingWritten, NotYours, Used
from recovery.journeys.answer_about_claim import MAY_ADD, answer, asked_by_link, claim_of, prove_again
from recovery.tokens import InvalidToken
from recovery.web.change_address import see_state
from recovery.web.errors import Trouble, trouble_page
from recovery.web.pages import Page
from recovery.web.prove import NO_LINK, NOT_OURS
from recovery.web.redirects import see

COOKIE_PATH: Final = "/address-change/answer/"
FIELDS: Final = ("text", *MAY_ADD)
NO_CLAIM: Final = Trouble(
    404,
    _("This browser has no change of address open"),
    _("What has become of a change stands in the browser in which the new mailbox was confirmed."),
    _("The answer comes by mail, too."),
)


class ClaimState(Page):
    """The truth about the claim, in the browser that proved the new mailbox, and the field for an answer."""

    template = "claim_state"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        typed = {name: request.POST.get(name, "") for name in FIELDS}
        try:
            answer(cookies.read(request, cookies.CLAIM), typed=typed, now=timezone.now())
        except NotYours:
            return trouble_page(NO_CLAIM)
        except NothingWritten:
            return self.shown(request, status=422, empty=True)
        except Used:  # pressed twice, or decided meanwhile: the page says how it stands
            pass
        return see("address-change-state")

    def shown(self, request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
        try:
            seen = claim_of(cookies.read(request, cookies.CLAIM))
        except NotYours:
            return trouble_page(NO_CLAIM)
        context |= {"longest_line": LONGEST_LINE, "longest_text": LONGEST_TEXT}
        return self.page(request, status=status, seen=seen, change=seen.change, **context)


class AnswerLink(Page):
    """`/address-change/answer/<token>/`: takes the token out of the address bar. A browser that shows the claim already
    goes on to it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            change = asked_by_link(token)
        except InvalidToken:
            return trouble_page(NOT_OURS)
        except Used:
            return self.page(request, status=410, template="claim_link_over", used=True)
        if is_shown_here(request, change.pk):
            return see("address-change-state")
        response = see("claim-answer")
        cookies.keep_link(response, token, path=COOKIE_PATH)
        return response


def is_shown_here(request: HttpRequest, change_id: object) -> bool:
    try:
        return claim_of(cookies.read(request, cookies.CLAIM)).change.pk == change_id
    except NotYours:
        return False


class ProveAgain(Page):
    """One button, for another browser than the one that proved the mailbox. Opening it changes nothing."""

    template = "claim_answer"

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            asked_by_link(cookies.read(request, cookies.LINK))
        except InvalidToken:
            return trouble_page(NO_LINK)
        except Used:
            return self.page(request, status=410, template="claim_link_over", used=True)
        return self.page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            secret = prove_again(cookies.read(request, cookies.LINK))
        except InvalidToken:
            return trouble_page(NO_LINK)
        except Used:
            return self.page(request, status=410, template="claim_link_over", used=True)
        response = see_state(secret)
        cookies.forget(response, cookies.LINK, path=COOKIE_PATH)
        return response
