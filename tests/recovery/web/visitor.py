"""A browser as far as the service can tell: a cookie jar, forms sent with what the page put into them."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.kit.mails import code_in, link_in
from tests.kit.smtp_mailbox import Received

HOST = "recover.example.com"
ORIGIN = f"https://{HOST}"


class Visitor(Client):
    """Comes by https, and is checked against forgery as real browsers are."""

    def __init__(self) -> None:
        as_browser = {"wsgi.url_scheme": "https", "HTTP_ORIGIN": ORIGIN}
        super().__init__(enforce_csrf_checks=True, SERVER_NAME=HOST, **as_browser)

    def send(
        self, page: str, fields: dict[str, str] | None = None, *, to: str = "", **extra: Any
    ) -> HttpResponse:
        """Open the page, fill in its form and send it (`to` is the form's address where that is another)."""
        token = csrf_token_in(self.get(page))
        return self.post(to or page, {"csrfmiddlewaretoken": token, **(fields or {})}, **extra)  # type: ignore[return-value]

    def ask(self, email: str = "anna@example.com") -> str:
        """Ask with that address; the address of the request's page."""
        response = self.send("/", {"email": email})
        assert response.status_code == 303, text_of(response)
        return response["Location"]


def csrf_token_in(response: HttpResponse) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())
    assert found, f"no form in the page ({response.status_code}):\n{text_of(response)}"
    return found[1]


def html_of(response: HttpResponse) -> str:
    return response.content.decode()


def text_of(response: HttpResponse) -> str:
    """What a reader sees: no tags, no hidden lines, single spaces."""
    shown = re.sub(r"<(\w+)[^>]*\shidden[\s>].*?</\1>", " ", html_of(response), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def path_of(url: str) -> str:
    """A mailed link as this visitor opens it."""
    assert url.startswith(ORIGIN), url
    return url.removeprefix(ORIGIN)


@dataclass(frozen=True)
class Mailed:
    """A request's page, and the mail that came for it."""

    page: str
    mail: Received

    @property
    def link(self) -> str:
        return path_of(link_in(self.mail, path="/verify/"))

    @property
    def not_me(self) -> str:
        return path_of(link_in(self.mail, path="/not-me/"))

    @property
    def code(self) -> str:
        return code_in(self.mail)


def prove(visitor: Visitor, link: str) -> HttpResponse:
    """Open the mailed link and press its button; where that leads."""
    assert visitor.get(link)["Location"] == "/verify/"
    return visitor.send("/verify/")
