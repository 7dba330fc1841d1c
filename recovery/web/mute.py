""" "That wasn't me", and the way back. The token leaves the address bar as the mailed link's does."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from recovery import cookies
from recovery.journeys.mute import MUTE_LIFE, check_mute, check_unmute, mute, unmute
from recovery.tokens import InvalidToken
from recovery.web.errors import trouble_page
from recovery.web.pages import Page
from recovery.web.prove import NO_LINK, NOT_OURS
from recovery.web.redirects import see


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
        response = see(f"{self.name}-done")
        cookies.forget(response, cookies.LINK, path=f"/{self.name}/")
        return response


class NotMe(MailedButton):
    name, template = "not-me", "not_me"
    check, act = staticmethod(check_mute), staticmethod(mute)


class Unmute(MailedButton):
    name, template = "unmute", "unmute"
    check, act = staticmethod(check_unmute), staticmethod(unmute)
