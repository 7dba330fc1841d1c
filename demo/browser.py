"""As much of a browser as the tour needs: cookies, redirects, and forms with their hidden fields."""

import html
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

SECONDS_TO_ANSWER = 30


@dataclass
class Form:
    """Where a form goes, and the fields it would send as it stands."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.found.append(Form(said.get("action") or ""))
        name = said.get("name")
        if tag == "input" and self.found and name:
            self.found[-1].fields[name] = said.get("value") or ""


@dataclass(frozen=True)
class Shown:
    """A page as it came, after all redirects."""

    url: str
    status: int
    body: str

    def form(self, action: str) -> Form | None:
        """The form that goes to this path, if the page has one."""
        forms = Forms()
        forms.feed(self.body)
        return next((each for each in forms.found if each.action == action), None)

    def shows(self, text: str) -> bool:
        return text in html.unescape(self.body)


class Browser:
    """One browser with its cookies. Goes through no proxy: the demo is on this machine."""

    def __init__(self) -> None:
        self.opener: OpenerDirector = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> Shown:
        return self.open(Request(url))  # noqa: S310  the demo's own address, or a link from its own mail

    def send(self, page: Shown, form: Form, **typed: str) -> Shown:
        data = urlencode(form.fields | typed).encode()
        target = urljoin(page.url, form.action)
        return self.open(Request(target, data, {"Referer": page.url}))  # noqa: S310  the same

    def open(self, request: Request) -> Shown:
        """Whatever the answer, also an error page. Raises OSError when none comes."""
        try:
            with self.opener.open(request, timeout=SECONDS_TO_ANSWER) as answer:
                return Shown(answer.url, answer.status, answer.read().decode())
        except HTTPError as error:
            return Shown(error.url, error.code, error.read().decode())
