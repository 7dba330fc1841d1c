"""The mailed link: looking changes nothing, the button counts once, and the token stays out of every address."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from recovery.models import Challenge, Origin, RecoveryRequest
from tests.recovery.web.visitor import Mailed, Visitor, prove, text_of

pytestmark = pytest.mark.django_db


def token_of(mailed: Mailed) -> str:
    return mailed.link.rstrip("/").rpartition("/")[2]


def let_it_expire() -> None:
    Challenge.objects.update(expires_at=Now() - timedelta(seconds=1))


def test_opens_the_licenses_of_whoever_presses_the_button(other_browser: Visitor, mailed: Mailed) -> None:
    response = prove(other_browser, mailed.link)
    assert (response.status_code, response["Location"]) == (303, "/licenses/")
    assert "AAAA-BBBB-CCCC-DDDD" in text_of(other_browser.get("/licenses/"))


def test_leaves_the_browser_that_asked_unproved_when_another_one_clicks(
    browser: Visitor, other_browser: Visitor, mailed: Mailed
) -> None:
    prove(other_browser, mailed.link)
    assert browser.get("/licenses/").status_code == 403
    assert "AAAA-BBBB" not in text_of(browser.get(mailed.page))


def test_survives_scanners_that_open_it_fifty_times(other_browser: Visitor, mailed: Mailed) -> None:
    for _ in range(50):
        scanner = Visitor()
        scanner.get(mailed.link, follow=True)
        scanner.head(mailed.link, follow=True)
    assert not Challenge.objects.exclude(consumed_at=None).exists()
    assert prove(other_browser, mailed.link)["Location"] == "/licenses/"


def test_takes_the_token_out_of_the_address_bar(other_browser: Visitor, mailed: Mailed) -> None:
    response = other_browser.get(mailed.link)
    cookie = other_browser.cookies["__Secure-lr_link"]
    assert response.status_code == 303
    assert response["Location"] == "/verify/"
    assert response["Referrer-Policy"] == "no-referrer"
    assert (cookie["path"], cookie["max-age"]) == ("/verify/", 900)
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert token_of(mailed) not in other_browser.get("/verify/").content.decode()


def test_says_when_it_was_used_and_sends_a_fresh_one_with_one_click(
    other_browser: Visitor, mailed: Mailed
) -> None:
    prove(Visitor(), mailed.link)
    response = other_browser.get(mailed.link, follow=True)
    assert response.status_code == 410
    assert "already used" in text_of(response)
    fresh = other_browser.send("/verify/", to="/verify/fresh/")
    assert fresh.status_code == 303
    assert "anna@example.com" in text_of(other_browser.get(fresh["Location"]))
    assert RecoveryRequest.objects.filter(origin=Origin.LINK, address="anna@example.com").count() == 1


def test_leads_to_the_licenses_when_used_where_they_are_still_open(
    other_browser: Visitor, mailed: Mailed
) -> None:
    prove(other_browser, mailed.link)
    other_browser.get(mailed.link)
    assert other_browser.get("/verify/")["Location"] == "/licenses/"


def test_says_when_it_is_too_old(other_browser: Visitor, mailed: Mailed) -> None:
    let_it_expire()
    response = other_browser.get(mailed.link, follow=True)
    assert response.status_code == 410
    assert "too old" in text_of(response)
    assert "Send a fresh link" in text_of(response)


def test_refuses_the_button_when_it_expired_meanwhile(other_browser: Visitor, mailed: Mailed) -> None:
    other_browser.get(mailed.link)
    token = other_browser.get("/verify/").context["csrf_token"]
    let_it_expire()
    response = other_browser.post("/verify/", {"csrfmiddlewaretoken": str(token)})
    assert response.status_code == 410


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "..%2f..", "ü" * 43])
def test_says_when_it_is_none_of_ours(browser: Visitor, token: str) -> None:
    response = browser.get(f"/verify/{token}/")
    assert response.status_code == 404
    assert "__Secure-lr_link" not in response.cookies


def test_refuses_one_that_was_changed(browser: Visitor, mailed: Mailed) -> None:
    changed = mailed.link[:-3] + ("A" if mailed.link[-3] != "A" else "B") + mailed.link[-2:]
    assert browser.get(changed).status_code == 404


def test_asks_for_the_link_again_where_the_cookie_is_gone(browser: Visitor) -> None:
    response = browser.get("/verify/")
    assert response.status_code == 404
    assert "open the link from the mail again" in text_of(response)
