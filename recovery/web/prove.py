"""The mailed link. Mail scanners open it too, so opening changes nothing: only the button does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from recovery import cookies
from recovery.errors import Expired, Used
from recovery.journeys.verify import LinkStanding, ask_again, link_standing, prove_by_link
from recovery.mail_language import mail_language
from recovery.tokens import InvalidToken
from recovery.web.ask import see_request
from recovery.web.errors import Trouble, trouble_page
from recovery.web.network import client_ip
from recovery.web.opened import has_open_view
from recovery.web.pages import Page
from recovery.web.redirects import see

COOKIE_PATH = "/verify/"
NOT_OURS = Trouble(
    404,
    _("This link does not work"),
    _("It is not one of ours, or a part of it is missing: long links sometimes break over two lines."),
    _("Copy all of the link from the mail, or ask for a new one."),
    button=_("Ask for a new link"),
)
NO_LINK = Trouble(
    404,
    _("Please open the link from the mail again"),
    _("This page needs it, and forgets it after 15 minutes, or at once if cookies are switched off."),
    _("If the mail is gone, ask for a new one."),
    button=_("Ask for a new link"),
)


class MailedLink(Page):
    """`/verify/<token>/`: takes the token out of the address bar, and thus out of histories and referrers."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            link_standing(token)
        except InvalidToken:
            return trouble_page(NOT_OURS)
        response = see("verify")
        cookies.keep_link(response, token, path=COOKIE_PATH)
        return response


class LinkPage(Page):
    """A page that works on the link of this browser's cookie."""

    template = "link"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except InvalidToken:
            return trouble_page(NO_LINK)

    def over(self, request: HttpRequest, standing: LinkStanding) -> HttpResponse:
        """A link that was used opens what it opened, as long as that is open in this browser."""
        if standing is LinkStanding.USED and has_open_view(request):
            return see("licenses")
        return self.page(request, status=410, template="link_over", used=standing is LinkStanding.USED)


class Verify(LinkPage):
    """One button. Only the browser in which it is pressed becomes verified."""

    def get(self, request: HttpRequest) -> HttpResponse:
        standing = link_standing(cookies.read(request, cookies.LINK))
        return self.page(request) if standing is LinkStanding.LIVE else self.over(request, standing)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            view = prove_by_link(cookies.read(request, cookies.LINK))
        except Used:
            return self.over(request, LinkStanding.USED)
        except Expired:
            return self.over(request, LinkStanding.EXPIRED)
        response = see("licenses")
        cookies.keep_view(response, view)
        cookies.forget(response, cookies.LINK, path=COOKIE_PATH)
        return response


class FreshLink(LinkPage):
    """One click sends a fresh mail to where the old link went, without asking for the address again."""

    def post(self, request: HttpRequest) -> HttpResponse:
        browser = cookies.of_browser(request)
        token = cookies.read(request, cookies.LINK)
        asked = ask_again(token, browser=browser, ip=client_ip(request), language=mail_language(request))
        response = see_request(asked, browser)
        cookies.forget(response, cookies.LINK, path=COOKIE_PATH)
        return response
