"""The page that waits for the code."""

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from recovery.models import Challenge, Message, MessageKind, MessageState
from tests.recovery.web.visitor import Answer, Mailed, Visitor, html_of, prove, text_of

pytestmark = pytest.mark.django_db

WORDS = {
    MessageState.WAITING: "The mail is waiting to go out.",
    MessageState.SENDING: "The mail is waiting to go out.",
    MessageState.ACCEPTED: "Your mail server has accepted the mail.",
    MessageState.REFUSED: "Your mail server refused the mail.",
    MessageState.WITHHELD: "No mail was sent this time.",
}


@pytest.mark.parametrize("state", WORDS)
def test_says_in_one_plain_state_what_became_of_the_mail(browser: Visitor, state: MessageState) -> None:
    page = browser.ask()
    Message.objects.update(state=state)
    shown = text_of(browser.get(page))
    assert [words for words in dict.fromkeys(WORDS.values()) if words in shown] == [WORDS[state]]


def test_tells_programs_the_same(browser: Visitor) -> None:
    page = browser.ask()
    state = browser.get(f"/api/v1/recovery-requests/{page.split('/')[2]}/").json()
    assert {name: state[name] for name in ("id", "mail", "verified")} == {
        "id": page.split("/")[2],
        "mail": "waiting",
        "verified": False,
    }


def test_opens_in_the_browser_that_asked_only(browser: Visitor, other_browser: Visitor) -> None:
    page = browser.ask()
    api = f"/api/v1/recovery-requests/{page.split('/')[2]}/"
    other_browser.ask("otto@example.com")
    assert other_browser.get(page).status_code == 404
    assert Visitor().get(page).status_code == 404
    assert "browser you asked from" in text_of(other_browser.get(page))
    assert other_browser.get(api).status_code == 404
    assert other_browser.get(api)["Content-Type"] == "application/problem+json"


def test_takes_the_code_and_shows_the_licenses(browser: Visitor, mailed: Mailed) -> None:
    response = browser.send(mailed.page, {"code": mailed.code})
    assert (response.status_code, response["Location"]) == (303, "/licenses/")
    assert "AAAA-BBBB-CCCC-DDDD" in text_of(browser.get("/licenses/"))


def test_refuses_the_right_code_in_another_browser(
    browser: Visitor, other_browser: Visitor, mailed: Mailed
) -> None:
    other_browser.ask("otto@example.com")
    response = other_browser.send("/", {"code": mailed.code}, to=mailed.page)
    assert response.status_code == 404
    assert other_browser.get("/licenses/").status_code == 403
    assert browser.send(mailed.page, {"code": mailed.code}).status_code == 303


def test_counts_wrong_codes_and_says_how_many_are_left(browser: Visitor, mailed: Mailed) -> None:
    response = browser.send(mailed.page, {"code": "0000-000u"})
    assert response.status_code == 422
    assert "4 tries are left" in text_of(response)
    assert 'value="0000-000u"' in html_of(response)
    assert 'aria-describedby="code-error' in html_of(response)


@pytest.mark.parametrize("typed", ["", "123", "1234-56789", "<script>"])
def test_costs_no_try_when_it_cannot_be_a_code(browser: Visitor, mailed: Mailed, typed: str) -> None:
    response = browser.send(mailed.page, {"code": typed})
    assert response.status_code == 422
    assert "did not count as a try" in text_of(response)
    assert not Challenge.objects.filter(tries__gt=0).exists()
    assert "<script>" not in html_of(response).replace("<script src", "")


def test_stops_comparing_after_five_wrong_codes_but_not_the_link(browser: Visitor, mailed: Mailed) -> None:
    for _ in range(5):
        browser.send(mailed.page, {"code": "0000000U"})
    response = browser.send(mailed.page, {"code": mailed.code})
    assert response.status_code == 429
    assert "The link in the mail still works" in text_of(response)
    assert "Send a fresh mail" in text_of(response)
    assert prove(browser, mailed.link)["Location"] == "/licenses/"


def test_says_when_the_code_is_too_old_and_sends_a_fresh_mail_with_one_click(
    browser: Visitor, mailed: Mailed
) -> None:
    token = str(browser.get(mailed.page).context["csrf_token"])
    Challenge.objects.update(expires_at=Now() - timedelta(seconds=1))
    response = browser.post(mailed.page, {"csrfmiddlewaretoken": token, "code": mailed.code})
    assert response.status_code == 410
    assert "too old" in text_of(response)
    assert '<input type="hidden" name="email" value="anna@example.com">' in html_of(response)


def test_says_when_the_code_was_used(browser: Visitor, mailed: Mailed) -> None:
    token = str(browser.get(mailed.page).context["csrf_token"])
    prove(Visitor(), mailed.link)
    response = browser.post(mailed.page, {"csrfmiddlewaretoken": token, "code": mailed.code})
    assert response.status_code == 410
    assert "has done its work" in text_of(response)


def test_says_when_the_mailbox_was_proved_elsewhere(browser: Visitor, mailed: Mailed) -> None:
    prove(Visitor(), mailed.link)
    shown = text_of(browser.get(mailed.page))
    assert heading_of(browser.get(mailed.page)) == "The mailbox is proved"
    assert "were shown in the browser in which you did it" in shown
    assert "Ask once more" in shown
    assert "Press the link" not in shown


def test_leads_to_the_licenses_when_the_mailbox_was_proved_in_another_tab(
    browser: Visitor, mailed: Mailed
) -> None:
    prove(browser, mailed.link)
    shown = text_of(browser.get(mailed.page))
    assert "Your licenses are open in this browser." in shown
    assert "Show my licenses" in shown
    assert "Look into your mailbox" not in shown


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MessageState.WAITING, "a mail with your keys is on its way"),
        (MessageState.ACCEPTED, "your mail server has accepted the mail with your keys"),
        (MessageState.REFUSED, "your mail server refused the mail with your keys"),
        (MessageState.WITHHELD, "no mail with keys was sent"),
    ],
)
def test_tells_the_truth_about_the_mail_with_the_keys(
    browser: Visitor, mailed: Mailed, state: MessageState, words: str
) -> None:
    prove(Visitor(), mailed.link)
    Message.objects.filter(kind=MessageKind.KEYS).update(state=state)
    assert words in text_of(browser.get(mailed.page))


HEADINGS = {
    MessageState.WAITING: "Look into your mailbox",
    MessageState.ACCEPTED: "Look into your mailbox",
    MessageState.REFUSED: "The mail could not be delivered",
    MessageState.WITHHELD: "No new mail this time",
}


@pytest.mark.parametrize("state", HEADINGS)
def test_is_headed_with_what_is_true(browser: Visitor, state: MessageState) -> None:
    page = browser.ask()
    Message.objects.update(state=state)
    answer = browser.get(page)
    assert heading_of(answer) == HEADINGS[state]
    assert f"<title>{HEADINGS[state]}" in html_of(answer)
    assert ("Press the link in the mail" in text_of(answer)) is (
        heading_of(answer) == HEADINGS[MessageState.WAITING]
    )


def test_asks_for_no_code_where_no_mail_was_sent(browser: Visitor) -> None:
    page = browser.ask()
    Message.objects.update(state=MessageState.WITHHELD)
    assert "The code from the mail" not in text_of(browser.get(page))


def heading_of(answer: Answer) -> str:
    shown = re.search(r"<h1>(.*?)</h1>", html_of(answer), re.DOTALL)
    assert shown
    return " ".join(re.sub(r"<span[^>]*\shidden>.*?</span>|<[^>]+>", " ", shown[1]).split())
