"""The page on which a customer answers support's question: theirs alone, and silent about what is on file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from recovery.claimed import opened
from recovery.journeys.ask_about_claim import ask_about_claim
from recovery.models import OwnerChange
from tests.factories import owner_of
from tests.kit.mails import code_in, link_in
from tests.kit.smtp import SmtpServer
from tests.recovery.owning import NEW, OLD
from tests.recovery.web.test_change_address import mailed, path_of, to
from tests.recovery.web.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]
STATE, ANSWER = "/address-change/state/", "/address-change/answer/"
QUESTION = "When did you <i>buy</i> it?"


def asked(deliver: Deliver, smtp: SmtpServer, *, text: str = QUESTION, **typed: str) -> tuple[Visitor, str]:
    """The browser that proved the mailbox, and the link in the mail with the question."""
    visitor = Visitor()
    page, mail = mailed(visitor, deliver, smtp, **typed)
    visitor.send(page, {"code": code_in(mail)})
    ask_about_claim(OwnerChange.objects.latest("id").pk, by="ada", text=text, now=timezone.now())
    deliver()
    return visitor, path_of(link_in(to(NEW, smtp), path=ANSWER))


def test_the_browser_that_proved_the_mailbox_reads_and_answers(deliver: Deliver, smtp: SmtpServer) -> None:
    visitor, link = asked(deliver, smtp)
    assert visitor.get(link)["Location"] == STATE
    page = visitor.get(STATE)
    assert "&lt;i&gt;buy&lt;/i&gt;" in page.content.decode()
    assert visitor.send(STATE, {"text": "In <b>spring</b>", "order": "GR-1", "code": ""})["Location"] == STATE
    after = visitor.get(STATE).content.decode()
    assert "Your answer is with support" in after
    assert "In &lt;b&gt;spring&lt;/b&gt;" in after
    assert "<textarea" not in after


def test_only_what_was_left_empty_is_asked_for(deliver: Deliver, smtp: SmtpServer) -> None:
    visitor, _ = asked(deliver, smtp, order="GR-1")
    page = visitor.get(STATE).content.decode()
    assert ('name="text"' in page, 'name="order"' in page, 'name="code"' in page) == (True, False, True)


def test_an_empty_answer_is_sent_back_with_a_word(deliver: Deliver, smtp: SmtpServer) -> None:
    visitor, _ = asked(deliver, smtp)
    response = visitor.send(STATE, {"text": "  "})
    assert response.status_code == 422
    assert "Nothing was written yet" in text_of(response)
    assert "Support has a question" in text_of(response)


def test_another_browser_proves_the_mailbox_by_the_link_and_a_button(
    deliver: Deliver, smtp: SmtpServer
) -> None:
    _, link = asked(deliver, smtp)
    other = Visitor()
    assert other.get(STATE).status_code == 404
    for _ in range(3):
        assert other.get(link)["Location"] == ANSWER
        assert QUESTION not in text_of(other.get(ANSWER))
    assert other.get(STATE).status_code == 404
    assert other.send(ANSWER)["Location"] == STATE
    assert "Support has a question" in text_of(other.get(STATE))


def test_a_link_is_over_once_it_is_answered(deliver: Deliver, smtp: SmtpServer) -> None:
    visitor, link = asked(deliver, smtp)
    visitor.send(STATE, {"text": "In spring"})
    assert Visitor().get(link).status_code == 410
    assert Visitor().get(f"{ANSWER}{'A' * 43}/").status_code == Visitor().get(ANSWER).status_code


def test_the_page_and_the_answer_are_the_same_whether_anything_of_it_is_on_file(
    deliver: Deliver, smtp: SmtpServer
) -> None:
    owner_of(OLD, codes=["AAAA-1111"], reference="GR-1")
    pages = []
    for order, code in (("GR-1", "AAAA-1111"), ("XX-9", "ZZZZ-9999")):
        visitor, _ = asked(deliver, smtp)
        before = text_of(visitor.get(STATE))
        visitor.send(STATE, {"text": "This", "order": order, "code": code})
        pages.append((before, text_of(visitor.get(STATE))))
        change = OwnerChange.objects.latest("id")
        kept = opened(change.claimed, change_id=change.pk)
        assert kept
        assert kept.order == order
        OwnerChange.objects.all().delete()
    assert pages[0] == pages[1]
    assert "GR-1" not in pages[0][1]
