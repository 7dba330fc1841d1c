""" "This was not me", from a mail about a change of owner."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from recovery import cookies
from recovery.errors import Used
from recovery.journeys.stop_owner_change import check, object_to
from recovery.tokens import InvalidToken
from recovery.web.errors import Trouble, trouble_page
from recovery.web.pages import Page
from recovery.web.prove import NO_LINK, NOT_OURS
from recovery.web.redirects import see

OVER: Final = Trouble(
    410,
    _("There is nothing to stop any more"),
    _(
        "This change was stopped or taken back already, support let it stand, or it took effect more than 30 days ago."
    ),
    _("If something is wrong, answer the mail: a person reads it."),
)


class StopChange(Page):
    """The token leaves the address bar; the page has one button; only pressing it does anything."""

    name, template = "stop-change", "stop_change"

    def get(self, request: HttpRequest, token: str = "") -> HttpResponse:
        try:
            change = check(token or cookies.read(request, cookies.LINK))
        except InvalidToken:
            return trouble_page(NOT_OURS if token else NO_LINK)
        except Used:
            return trouble_page(OVER)
        if not token:
            return self.page(request, change=change)
        response = see(self.name)
        cookies.keep_link(response, token, path=f"/{self.name}/")
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            object_to(cookies.read(request, cookies.LINK))
        except InvalidToken:
            return trouble_page(NO_LINK)
        except Used:
            return trouble_page(OVER)
        response = see(f"{self.name}-done")
        cookies.forget(response, cookies.LINK, path=f"/{self.name}/")
        return response
