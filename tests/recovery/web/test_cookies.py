"""Names of cookies: under https bound to this host (RFC 6265bis, 4.1.3), over plain http such as browsers take."""

from http.cookies import Morsel

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.recovery.web.visitor import Mailed, Visitor, csrf_token_in, prove

pytestmark = pytest.mark.django_db

OURS = ["__Host-csrftoken", "__Host-lr_browser", "__Host-lr_view", "__Secure-lr_link"]


def bound_to_this_host(cookie: "Morsel[str]") -> bool:
    return bool(cookie["secure"]) and cookie["path"] == "/" and not cookie["domain"]


def test_under_https_no_other_host_of_the_domain_can_set_them(browser: Visitor, mailed: Mailed) -> None:
    prove(browser, mailed.link)
    assert sorted(browser.cookies) == OURS
    bound = [cookie for name, cookie in browser.cookies.items() if name.startswith("__Host-")]
    assert all(map(bound_to_this_host, bound))
    assert browser.cookies["__Secure-lr_link"]["secure"]


def test_a_cookie_that_another_host_has_set_is_not_read(browser: Visitor, mailed: Mailed) -> None:
    strange = Visitor()
    prove(browser, mailed.link)
    strange.cookies["lr_view"] = browser.cookies["__Host-lr_view"].value
    assert strange.get("/licenses/").status_code == 403


def test_over_plain_http_the_road_works_without_prefixes(settings: LazySettings, mailed: Mailed) -> None:
    settings.HTTPS, settings.CSRF_COOKIE_NAME = False, "csrftoken"
    plain = Client(enforce_csrf_checks=True, SERVER_NAME="recover.example.com")
    assert plain.get(mailed.link).status_code == 303
    token = csrf_token_in(plain.get("/verify/"))
    assert plain.post("/verify/", {"csrfmiddlewaretoken": token})["Location"] == "/licenses/"
    assert sorted(plain.cookies) == ["csrftoken", "lr_link", "lr_view"]
    assert plain.get("/licenses/").status_code == 200
