"""Headless Chromium against the real pages, served in this process."""

import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.factories import owner_of

# The first is the same browser without what draws windows: a third of the processor time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CODE = "AAAA-BBBB-CCCC-DDDD"

NewBrowser = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One process for all tests here, ended before those of other folders.

    Playwright keeps an event loop in this thread; the tests' own queries run between its steps, which Django would
    otherwise take for queries inside a coroutine.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        program = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: LiveServer, settings: LazySettings) -> str:
    """The service at an address of this machine, with one owner on file; links in mails lead to it."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # quick; how slow is Django's
    settings.PUBLIC_URL = live_server.url
    settings.HTTPS = settings.CSRF_COOKIE_SECURE = False
    settings.CSRF_COOKIE_NAME = "csrftoken"
    owner_of("anna@example.com", codes=[CODE])
    return str(live_server.url)


@pytest.fixture
def new_browser(chromium: Browser, site: str) -> Iterator[NewBrowser]:
    """Browsers with a cookie jar of their own. What their pages complain about fails the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def start(**options: object) -> BrowserContext:
        context = chromium.new_context(base_url=site, **options)  # type: ignore[arg-type]
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: complaints.append(message.text))
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()
    assert [words for words in complaints if "status of 4" not in words] == []


@pytest.fixture
def page(new_browser: NewBrowser) -> Page:
    return new_browser().new_page()


class OtherSite(ThreadingHTTPServer):
    """A site of somebody else's: to a browser another origin. Answers every address with `html`."""

    html = "<!doctype html>"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OtherPage)
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"


class OtherPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, OtherSite)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.html.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def other_site() -> Iterator[OtherSite]:
    """Really served: browsers let no made-up page load anything from this machine."""
    with OtherSite() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
