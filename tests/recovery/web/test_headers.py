"""What every response carries, whatever was asked for (threats.md rows 21 and 22)."""

import re

import pytest
from django.urls import URLPattern

from recovery.web import urls as customer_urls
from tests.recovery.web.visitor import Answer, Mailed, Visitor, html_of, prove

pytestmark = pytest.mark.django_db

CACHED = {"theme", "logo", "embed"}
VALUES = {
    "request_id": "0192f3b5-0000-7000-8000-000000000000",
    "key_id": "0192f3b5-0000-7000-8000-000000000000",
    "license_id": "0192f3b5-0000-7000-8000-000000000000",
    "exchange_id": "0192f3b5-0000-7000-8000-000000000000",
    "platform": "macos",
    "token": "A" * 43,
}


def addresses() -> list[tuple[str, str]]:
    """Every address of the customer's side, with its name."""
    return [(pattern.name or "", "/" + filled(pattern)) for pattern in customer_urls.urlpatterns]


def filled(pattern: URLPattern) -> str:
    return re.sub(r"<\w+:(\w+)>", lambda found: VALUES[found[1]], str(pattern.pattern))


def policy_of(response: Answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def check(response: Answer, *, cached: bool = False) -> None:
    policy = policy_of(response)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Strict-Transport-Security"].startswith("max-age=31536000")
    if not cached:
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("name", "address"), addresses())
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT"])
def test_stand_on_every_address_and_method(browser: Visitor, name: str, address: str, method: str) -> None:
    response = browser.generic(method, address)
    assert response.status_code < 500
    check(response, cached=name in CACHED and response.status_code == 200)


@pytest.mark.parametrize(
    "address",
    ["/nope", "/health/live", "/static/none.css", f"/api/v1/recovery-requests/{VALUES['request_id']}/"],
)
def test_stand_on_what_is_not_a_page(browser: Visitor, address: str) -> None:
    check(browser.get(address))


def test_stand_on_the_pages_of_the_road(browser: Visitor, mailed: Mailed) -> None:
    check(browser.get(mailed.page))
    check(browser.get(mailed.link))
    check(browser.get("/verify/"))
    check(prove(browser, mailed.link))
    check(browser.get("/licenses/"))


def test_no_page_has_anything_inline_or_from_elsewhere(browser: Visitor, mailed: Mailed) -> None:
    pages = [html_of(browser.get(path)) for path in ("/", "/privacy/", mailed.page, "/nope", "/licenses/")]
    for page in pages:
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_every_page_has_a_language_a_title_one_heading_and_named_fields(
    browser: Visitor, mailed: Mailed
) -> None:
    prove(browser, mailed.link)
    for path in ("/", "/privacy/", "/licenses/", "/nope", "/verify/", mailed.page, "/licenses/done/"):
        page = html_of(browser.get(path))
        assert '<html lang="en" dir="ltr">' in page
        assert re.search(r"<title>\S.*</title>", page)
        assert len(re.findall(r"<h1[ >]", page)) == 1
        assert len(re.findall(r"<main[ >]", page)) == 1
        for field in re.findall(r'<input (?!type="hidden")[^>]*\bid="(\w+)"', page):
            assert f'<label for="{field}">' in page
