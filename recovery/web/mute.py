""" "That wasn't me", and the way back. The token leaves the address bar as the mailed link's does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from recovery import cookies
from recovery.errors import Used
from recovery.journeys.mute import MUTE_LIFE, check_mute, check_unmute, mute, unmute
from recovery.tokens import InvalidToken
from recovery.web.errors import Trouble, trouble_page
from recovery.web.pages import Page
from recovery.web.prove import NO_LINK, NOT_OURS
from recovery.web.redirects import see

USED = Trouble(
    410,
    _("This link has done its work"),
    _(
        "Mails about your keys were stopped once, and are allowed again since. A link stops them one time only."
    ),
    _("If a mail comes that you did not ask for, use the link in that one."),
)


class MailedButton(Page):
    """`/<name>/<token>/` leads to `/<name>/`, one page with one button, then `/<name>/done/`."""

    name: str

    @staticmethod
    def check(token: str) -> Any:
        raise NotImplementedError

    @staticmethod
    def act(token: str) -> None:
        raise NotImplementedError

    def get(self, request: HttpRequest, token: str = "") -> HttpResponse:
        try:
            self.check(token or cookies.read(request, cookies.LINK))
        except InvalidToken:
            return trouble_page(NOT_OURS if token else NO_LINK)
        except Used:
            return trouble_page(USED)
        if not token:
            return self.page(request, days=MUTE_LIFE.days)
        response = see(self.name)
        cookies.keep_link(response, token, path=f"/{self.name}/")
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            self.act(cookies.read(request, cookies.LINK))
        except InvalidToken:
            return trouble_page(NO_LINK)
        except Used:
            return trouble_page(USED)
        response = see(f"{self.name}-done")
        cookies.forget(response, cookies.LINK, path=f"/{self.name}/")
        return response


class NotMe(MailedButton):
    name, template = "not-me", "not_me"
    check, act = staticmethod(check_mute), staticmethod(mute)


class Unmute(MailedButton):
    name, template = "unmute", "unmute"
    check, act = staticmethod(check_unmute), staticmethod(unmute)
