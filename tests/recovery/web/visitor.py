"""A browser as far as the service can tell: a cookie jar, forms sent with what the page put into them."""

import re
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from typing import Any, Protocol

from django.test import Client

from tests.kit.mails import code_in, link_in
from tests.kit.smtp_mailbox import Received

HOST = "recover.example.com"
ORIGIN = f"https://{HOST}"


class Answer(Protocol):
    """What a view answered, whichever of Django's classes it is."""

    status_code: int
    cookies: SimpleCookie

    @property
    def content(self) -> bytes: ...

    @property
    def headers(self) -> Any: ...

    def __getitem__(self, header: str, /) -> str: ...


class Visitor(Client):
    """Comes through a proxy that ends TLS, and is checked against forgery as real browsers are."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True, SERVER_NAME=HOST, HTTP_ORIGIN=ORIGIN)

    def send(self, page: str, fields: dict[str, str] | None = None, *, to: str = "", **extra: Any) -> Answer:
        """Open the page, fill in its form and send it (`to` is the form's address where that is another)."""
        token = csrf_token_in(self.get(page))
        return self.post(to or page, {"csrfmiddlewaretoken": token, **(fields or {})}, **extra)

    def ask(self, email: str = "anna@example.com") -> str:
        """Ask with that address; the address of the request's page."""
        response = self.send("/", {"email": email})
        assert response.status_code == 303, text_of(response)
        return response["Location"]


def csrf_token_in(response: Answer) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())
    assert found, f"no form in the page ({response.status_code}):\n{text_of(response)}"
    return found[1]


def html_of(response: Answer) -> str:
    return response.content.decode()


def text_of(response: Answer) -> str:
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


def prove(visitor: Visitor, link: str) -> Answer:
    """Open the mailed link and press its button; where that leads."""
    assert visitor.get(link)["Location"] == "/verify/"
    return visitor.send("/verify/")
