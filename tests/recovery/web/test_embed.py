"""The script for the vendor's own site, and the way back to it."""

from urllib.parse import quote

import pytest
from django.conf import LazySettings

from tests.recovery.web.visitor import Mailed, Visitor, html_of, prove

pytestmark = pytest.mark.django_db

PAGE = "https://shop.example.com/lost-key"


@pytest.fixture(autouse=True)
def one_page_is_listed(settings: LazySettings) -> None:
    settings.EMBED_PAGES = [PAGE]


def test_the_script_may_be_loaded_by_any_site_and_kept() -> None:
    answer = Visitor().get("/embed.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert Visitor().get("/embed.js", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304


def test_whoever_is_done_gets_a_link_back_to_the_listed_page(browser: Visitor, mailed: Mailed) -> None:
    browser.get(f"/?back={quote(PAGE, safe='')}")
    prove(browser, mailed.link)
    browser.send("/licenses/", to="/licenses/done/")
    assert f'href="{PAGE}#license-recovery=done" rel="noreferrer"' in html_of(browser.get("/licenses/done/"))


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        f"{PAGE}/",
        f"{PAGE}?x=1",
        f"{PAGE}@evil.example",
        "https://shop.example.com.evil.example/lost-key",
        "javascript:alert(1)",
        "",
    ],
)
def test_no_other_page_is_led_back_to(browser: Visitor, back: str) -> None:
    answer = browser.get(f"/?back={quote(back, safe='')}")
    assert "__Host-lr_back" not in answer.cookies
    assert "Back to the start" in html_of(browser.get("/licenses/done/"))


def test_a_page_that_is_listed_no_more_is_not_led_back_to(browser: Visitor, settings: LazySettings) -> None:
    browser.get(f"/?back={quote(PAGE, safe='')}")
    settings.EMBED_PAGES = ["https://shop.example.com/other"]
    assert "Back to the start" in html_of(browser.get("/licenses/done/"))


def test_the_cookie_holds_no_address(browser: Visitor) -> None:
    cookie = browser.get(f"/?back={quote(PAGE, safe='')}").cookies["__Host-lr_back"]
    assert "example" not in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
