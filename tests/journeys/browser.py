"""A small browser: cookies by path, redirects followed by GET, forms filled by the names of their fields."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import Morsel, SimpleCookie
from itertools import count
from urllib.parse import urlencode, urljoin, urlsplit

from tests.journeys.page import Form, Page

MOST_REDIRECTS = 5
PATIENCE = 20.0  # seconds: as long as a person may wait before the page counts as hung

_networks = count(1)


def new_ip() -> str:
    """An address in a network of its own (a /24), so that no test uses up another's share."""
    number = next(_networks)
    return f"10.{number // 256 % 256}.{number % 256}.7"


@dataclass
class Browser:
    """One visitor with a cookie jar, behind the one trusted proxy that the service under test has."""

    home: str
    ip: str = field(default_factory=new_ip)
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)

    def get(self, address: str) -> Page:
        """The page at a path or full address, after its redirects."""
        return self._follow(self.request("GET", address))

    def submit(self, page: Page, values: Mapping[str, str] | None = None, *, action: str = "") -> Page:
        """Presses the button of the form that has these fields (or that action), as it stands on the page."""
        return self._follow(self.submit_once(page, values, action=action))

    def submit_once(self, page: Page, values: Mapping[str, str] | None = None, *, action: str = "") -> Page:
        """The same without following the answer's redirect."""
        form = form_for(page, set(values or ()), action)
        fields = {**form.fields, **(values or {})}
        return self.request("POST", urljoin(page.address, form.action), urlencode(fields))

    def request(self, method: str, address: str, body: str | None = None) -> Page:
        """One exchange, without following. Raises TimeoutError when the answer takes longer than `PATIENCE`."""
        url = urljoin(self.home, address)
        parts = urlsplit(url)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            line.request(method, parts.path or "/", body, self._headers(parts.path, posting=body is not None))
            answer = line.getresponse()
            self._keep_cookies(answer.headers)
            text = answer.read().decode()
        finally:
            line.close()
        return Page(url, answer.status, answer.headers, text)

    def _follow(self, page: Page) -> Page:
        for _ in range(MOST_REDIRECTS):
            if page.status not in (301, 302, 303):
                return page
            page = self.request("GET", urljoin(page.address, page.headers["Location"]))
        raise AssertionError(f"{page.address} redirects for ever")

    def _headers(self, path: str, *, posting: bool) -> dict[str, str]:
        sent = {name: value for (name, scope), value in self.cookies.items() if path.startswith(scope)}
        headers = {"X-Forwarded-For": self.ip, "Connection": "close"}
        if sent:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.items())
        if posting:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.home}
        return headers

    def _keep_cookies(self, headers: Message) -> None:
        for line in headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self._keep_cookie(name, morsel)

    def _keep_cookie(self, name: str, morsel: Morsel[str]) -> None:
        place = (name, morsel["path"] or "/")
        if str(morsel["max-age"]) == "0":
            self.cookies.pop(place, None)
        else:
            self.cookies[place] = morsel.value


def form_for(page: Page, names: set[str], action: str) -> Form:
    """The form of the page that has the fields and the action; AssertionError when there is none."""
    found = [form for form in page.forms if names <= set(form.fields) and form.action.endswith(action)]
    assert found, (
        f"no form with {sorted(names)} for {action!r} on {page.address} ({page.status}):\n{page.text}"
    )
    return found[0]
