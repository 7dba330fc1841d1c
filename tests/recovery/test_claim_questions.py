"""Support asks back about a claim: one question at a time, three at most, and the claim comes back by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from licensing.models import AuditEntry
from recovery.claimed import Claimed, opened
from recovery.errors import (
    AlreadyAsked,
    AskedEnough,
    NothingWritten,
    NotRunning,
    NotYours,
    ReasonNeeded,
    Used,
)
from recovery.journeys.answer_about_claim import answer, asked_by_link, claim_of, prove_again
from recovery.journeys.ask_about_claim import ask_about_claim
from recovery.journeys.change_address import prove_by_link
from recovery.journeys.decide_owner_change import approve, decline
from recovery.mail.claim_questions import PURPOSE, mark_of
from recovery.models import Message, MessageKind, MessageState, OwnerChange
from recovery.tokens import InvalidToken, make_token
from tests.factories import owner_of
from tests.kit.mails import text_of
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.recovery.owning import NEW, OLD, REASON, begun_address, claimed, proved, token_of

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]
QUESTION = "When did you buy it, roughly?"


def proved_in_browser(**typed: str) -> tuple[OwnerChange, str]:
    """A claim for support to decide, and the secret of the browser that proved its mailbox."""
    request = claimed(**typed)
    secret = prove_by_link(token_of(request))
    return OwnerChange.objects.get(request=request), secret


def ask(change: OwnerChange, text: str = QUESTION) -> OwnerChange:
    return ask_about_claim(change.pk, by="ada", text=text, now=timezone.now())


def reply(secret: str, **typed: str) -> OwnerChange:
    return answer(secret, typed=typed, now=timezone.now())


def what_is_typed(change: OwnerChange) -> Claimed:
    change.refresh_from_db()
    found = opened(change.claimed, change_id=change.pk)
    assert found
    return found


def a_week_passes(change: OwnerChange) -> None:
    OwnerChange.objects.filter(pk=change.pk).update(awaits_until=F("awaits_until") - timedelta(days=7))


def waits_for_support(change: OwnerChange) -> bool:
    return OwnerChange.objects.undecided().filter(pk=change.pk).exists()


def link_of(change: OwnerChange, number: int = 1) -> str:
    return make_token(PURPOSE, change.pk, mark_of(number))


class TestAsking:
    def test_the_question_is_mailed_to_the_new_mailbox(self, deliver: Deliver, smtp: SmtpServer) -> None:
        change, _ = proved_in_browser()
        ask(change)
        deliver()
        mail = smtp.messages[-1]
        assert mail.rcpt_to == (NEW,)
        assert QUESTION in text_of(mail)
        assert f"/address-change/answer/{link_of(change)}/" in text_of(mail)

    def test_the_claim_waits_for_the_customer_and_comes_back_after_a_week(self) -> None:
        change, _ = proved_in_browser()
        ask(change)
        assert not waits_for_support(change)
        a_week_passes(change)
        assert waits_for_support(change)

    def test_the_same_question_pressed_twice_is_asked_once(self) -> None:
        change, _ = proved_in_browser()
        for _ in range(2):
            ask(change)
        assert Message.objects.filter(kind=MessageKind.ASKED).count() == 1
        assert AuditEntry.objects.filter(action="owner_change.asked_back", by="ada").count() == 1

    def test_another_question_waits_for_the_answer_to_the_first(self) -> None:
        change, secret = proved_in_browser()
        ask(change)
        with pytest.raises(AlreadyAsked):
            ask(change, "And where?")
        reply(secret, text="In spring")
        assert ask(change, "And where?").questions == 2

    def test_three_questions_and_no_fourth(self) -> None:
        change, _ = proved_in_browser()
        for number in range(3):
            ask(change, f"Question {number}")
            a_week_passes(change)
        with pytest.raises(AskedEnough):
            ask(change, "Question 4")

    def test_the_database_has_no_fourth_either(self) -> None:
        change, _ = proved_in_browser()
        with pytest.raises(IntegrityError, match="three_questions"), transaction.atomic():
            OwnerChange.objects.filter(pk=change.pk).update(questions=4)

    def test_needs_words(self) -> None:
        with pytest.raises(ReasonNeeded):
            ask(proved_in_browser()[0], " \x00 ")

    def test_what_is_decided_or_was_begun_by_support_is_not_asked_about(self) -> None:
        change, _ = proved_in_browser()
        decline(change.pk, by="ada", reason=REASON)
        with pytest.raises(NotRunning):
            ask(change)
        with pytest.raises(NotRunning):
            ask(begun_address(owner_of(OLD), new="other@new.example"))

    @pytest.mark.django_db(transaction=True)
    def test_of_two_agents_who_ask_at_once_one_does(self) -> None:
        change, _ = proved_in_browser()
        race = released_together(
            4, lambda number: ask(change, f"Question {number}").pk, after=lambda: connection.close()
        )
        assert race.results == [change.pk]
        assert {type(each) for each in race.errors} == {AlreadyAsked}
        assert Message.objects.filter(kind=MessageKind.ASKED).count() == 1


class TestDeciding:
    def test_support_may_decide_without_the_answer(self) -> None:
        owner = owner_of(OLD, codes=["AAAA-1111"])
        change, secret = proved_in_browser()
        ask(change)
        retired = [each.pk for each in owner.addresses.current()]
        approve(change.pk, customer=owner.pk, retired=retired, by="ada", reason=REASON)
        with pytest.raises(Used):
            reply(secret, text="In spring")
        assert claim_of(secret).question is None

    def test_the_question_stays_at_home_once_that_is_done(self, deliver: Deliver, smtp: SmtpServer) -> None:
        change, _ = proved_in_browser()
        ask(change)
        decline(change.pk, by="ada", reason=REASON)
        deliver()
        assert Message.objects.get(kind=MessageKind.ASKED).state == MessageState.WITHHELD
        assert not [each for each in smtp.messages if QUESTION in text_of(each)]


class TestAnswering:
    def test_support_has_the_answer_at_once_and_is_told(self) -> None:
        change, secret = proved_in_browser(name="Anna")
        ask(change)
        reply(secret, text="In spring <b>", order="GR-1", code="AAAA-1111")
        kept = what_is_typed(change)
        assert (kept.name, kept.order, kept.code) == ("Anna", "GR-1", "AAAA-1111")
        assert [(each.question, each.answer) for each in kept.talk] == [(QUESTION, "In spring <b>")]
        assert waits_for_support(change)
        assert Message.objects.filter(kind=MessageKind.ALERT, about=f"claim-answered {change.pk}").exists()
        assert AuditEntry.objects.filter(action="owner_change.answered", by="").count() == 1

    def test_what_was_typed_before_stays(self) -> None:
        change, secret = proved_in_browser(order="GR-1")
        ask(change)
        assert claim_of(secret).may_add == ("code",)
        reply(secret, text="x", order="GR-999")
        assert what_is_typed(change).order == "GR-1"

    def test_is_kept_once_however_often_it_is_pressed(self) -> None:
        change, secret = proved_in_browser()
        ask(change)
        reply(secret, text="In spring")
        with pytest.raises(Used):
            reply(secret, text="In autumn")
        assert what_is_typed(change).talk[0].answer == "In spring"

    def test_an_empty_one_is_none(self) -> None:
        change, secret = proved_in_browser()
        ask(change)
        with pytest.raises(NothingWritten):
            reply(secret, text=" ", order="", code="\x07")
        assert not waits_for_support(change)

    def test_comes_late_and_is_taken_all_the_same(self) -> None:
        change, secret = proved_in_browser()
        ask(change)
        a_week_passes(change)
        reply(secret, text="In spring")
        assert what_is_typed(change).talk[0].answer == "In spring"

    def test_nobody_elses_browser_answers(self) -> None:
        ask(proved_in_browser()[0])
        _, stranger = proved_in_browser(new="else@new.example")
        with pytest.raises(Used):
            reply(stranger, text="In spring")
        with pytest.raises(NotYours):
            reply("no-such-browser", text="In spring")

    def test_nothing_is_answered_where_nothing_was_asked(self) -> None:
        _, secret = proved_in_browser()
        with pytest.raises(Used):
            reply(secret, text="More")


class TestTheLink:
    def test_proves_the_mailbox_again_in_another_browser(self) -> None:
        change, before = proved_in_browser()
        ask(change)
        secret = prove_again(link_of(change))
        reply(secret, text="In spring")
        with pytest.raises(NotYours):
            claim_of(before)

    def test_is_over_with_its_question(self) -> None:
        change, secret = proved_in_browser()
        ask(change)
        reply(secret, text="In spring")
        ask(change, "And where?")
        with pytest.raises(Used):
            prove_again(link_of(change))
        assert asked_by_link(link_of(change, 2)) == change
        decline(change.pk, by="ada", reason=REASON)
        with pytest.raises(Used):
            prove_again(link_of(change, 2))

    def test_is_made_by_us_alone_and_for_a_question_that_was_asked(self) -> None:
        change = proved()
        for token in (link_of(change), make_token("stop-change", change.pk), link_of(OwnerChange())):
            with pytest.raises(InvalidToken):
                prove_again(token)
