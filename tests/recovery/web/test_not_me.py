""" "That wasn't me", and the way back."""

from collections.abc import Callable

import pytest

from recovery.models import Message, Mute, RecoveryRequest
from tests.kit.mails import link_in
from tests.kit.smtp import SmtpServer
from tests.recovery.web.visitor import Mailed, Visitor, csrf_token_in, path_of, prove, text_of

pytestmark = pytest.mark.django_db


def test_shows_one_button_and_changes_nothing(other_browser: Visitor, mailed: Mailed) -> None:
    assert other_browser.get(mailed.not_me)["Location"] == "/not-me/"
    assert "Stop these mails" in text_of(other_browser.get("/not-me/"))
    assert not Mute.objects.exists()


def test_stops_mails_and_ends_what_is_open(browser: Visitor, other_browser: Visitor, mailed: Mailed) -> None:
    prove(browser, mailed.link)
    other_browser.get(mailed.not_me)
    assert other_browser.send("/not-me/")["Location"] == "/not-me/done/"
    assert "For 30 days" in text_of(other_browser.get("/not-me/done/"))
    assert browser.get("/licenses/").status_code == 403
    assert Mute.objects.filter(lifted_at=None).count() == 1


def test_is_taken_back_through_its_confirmation(
    other_browser: Visitor, mailed: Mailed, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    other_browser.get(mailed.not_me)
    other_browser.send("/not-me/")
    deliver()
    way_back = path_of(link_in(smtp.messages[-1], path="/unmute/"))
    assert other_browser.get(way_back)["Location"] == "/unmute/"
    assert other_browser.send("/unmute/")["Location"] == "/unmute/done/"
    assert "Get my keys back" in text_of(other_browser.get("/unmute/done/"))
    assert not Mute.objects.filter(lifted_at=None).exists()


def test_says_that_it_works_once(
    other_browser: Visitor, mailed: Mailed, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    other_browser.get(mailed.not_me)
    form = other_browser.get("/not-me/")
    other_browser.send("/not-me/")
    deliver()
    other_browser.get(path_of(link_in(smtp.messages[-1], path="/unmute/")))
    other_browser.send("/unmute/")
    again = other_browser.get(mailed.not_me)
    assert again.status_code == 410
    assert "stops them one time only" in text_of(again)
    other_browser.cookies["__Secure-lr_link"] = mailed.not_me.split("/")[2]
    pressed = other_browser.post("/not-me/", {"csrfmiddlewaretoken": csrf_token_in(form)})
    assert pressed.status_code == 410
    assert not Mute.objects.filter(lifted_at=None).exists()


@pytest.mark.parametrize("page", ["not-me", "unmute"])
def test_refuses_a_token_that_is_none_of_ours(browser: Visitor, page: str) -> None:
    assert browser.get(f"/{page}/{'A' * 43}/").status_code == 404
    assert browser.get(f"/{page}/").status_code == 404


def test_does_not_take_the_token_of_another_purpose(browser: Visitor, mailed: Mailed) -> None:
    token = mailed.link.split("/")[2]
    assert browser.get(f"/not-me/{token}/").status_code == 404
    assert browser.get(f"/verify/{mailed.not_me.split('/')[2]}/").status_code == 404
    assert not RecoveryRequest.objects.exclude(verified_at=None).exists()
    assert Message.objects.count() == 1
