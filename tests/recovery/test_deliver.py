import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connections
from django.db.models.functions import Now

from licensing.models import Purchase
from recovery.journeys.request import mail_state
from recovery.journeys.verify import prove_by_link
from recovery.mail import claim as claiming
from recovery.mail import render
from recovery.mail.deliver import deliver_due
from recovery.mail.letter import Letter, Outcome
from recovery.mail.mark import MOST_AMBIGUOUS
from recovery.mail.outbox import MailState
from recovery.mail.smtp import SmtpTransport
from recovery.models import (
    AttemptOutcome,
    Challenge,
    DomainPause,
    MailAttempt,
    Message,
    MessageKind,
    MessageState,
    Suppression,
)
from tests.factories import address, customer, owner_of
from tests.kit.mails import code_in, link_in, text_of
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked

Deliver = Callable[[], int]
MakeDue = Callable[[], None]
CODE = "AAAA-BBBB-CCCC-DDDD"


def token_in(smtp: SmtpServer, number: int = -1) -> str:
    return link_in(smtp.messages[number], path="/verify/").rstrip("/").rpartition("/")[2]


@pytest.mark.django_db
class TestWhoGetsWhat:
    def test_the_challenge_goes_to_the_address_on_file_not_to_what_was_typed(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        owner_of("Anna@example.com", codes=[CODE])
        asked("aNNA@EXAMPLE.com")
        deliver()
        assert smtp.messages[0].rcpt_to == ("Anna@example.com",)

    def test_an_unknown_address_is_told_so_and_gets_no_link_or_code(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        asked("nobody@example.com")
        deliver()
        assert Message.objects.get().template == "nothing-found"
        assert "/verify/" not in text_of(smtp.messages[0])

    def test_a_former_address_is_unknown(self, smtp: SmtpServer, deliver: Deliver) -> None:
        address(of=customer(email="new@example.com"), email="old@example.com", former_since=Now())
        asked("old@example.com")
        deliver()
        assert Message.objects.get().template == "nothing-found"

    def test_the_keys_go_to_the_address_on_file(self, smtp: SmtpServer, deliver: Deliver) -> None:
        owner_of("Anna@example.com", codes=[CODE])
        asked("anna@example.com")
        deliver()
        prove_by_link(token_in(smtp))
        deliver()
        assert smtp.messages[1].rcpt_to == ("Anna@example.com",)
        assert CODE in text_of(smtp.messages[1]).splitlines()

    def test_every_mail_says_that_a_machine_sent_it_and_has_one_receiver(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        asked()
        deliver()
        mail = smtp.messages[0].parsed
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Message-ID"] == f"<{Message.objects.get().pk}.1@vendor.example>"
        assert mail.get_all("To") == ["anna@example.com"]


@pytest.mark.django_db
class TestWhatServersDo:
    def test_is_put_off_and_tried_again_with_the_same_message_id_and_bytes(
        self, smtp: SmtpServer, deliver: Deliver, make_due: MakeDue
    ) -> None:
        smtp.script(stage="end_of_data", reply="450 4.2.0 later", times=5, store=True)
        request = asked()
        for _ in range(5):
            assert deliver() == 0
            assert mail_state(request) is MailState.WAITING
            make_due()
        assert deliver() == 1
        assert len({mail.raw for mail in smtp.messages}) == 1
        assert MailAttempt.objects.filter(outcome=AttemptOutcome.DEFERRED).count() == 5

    def test_waits_longer_each_time(self, smtp: SmtpServer, deliver: Deliver, make_due: MakeDue) -> None:
        smtp.script(stage="rcpt", reply="450 4.2.0 later")
        asked()
        waits = []
        for _ in range(4):
            deliver()
            message = Message.objects.get()
            waits.append(message.due_at - message.attempt_at if message.attempt_at else timedelta())
            make_due()
        assert all(later > earlier for earlier, later in pairwise(waits))

    def test_a_dead_mailbox_is_refused_and_not_written_to_again(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        smtp.script(stage="rcpt", reply="550 5.1.1 <anna@example.com>: no such user", times=1)
        first = asked()
        deliver()
        second = asked()
        deliver()
        assert [mail_state(first), mail_state(second)] == [MailState.REFUSED] * 2
        assert smtp.messages == []
        assert "anna@" not in Suppression.objects.get().reply

    @pytest.mark.parametrize("code", ["5.1.7", "5.1.8"])
    def test_a_fault_of_our_own_address_declares_no_mailbox_dead(
        self, code: str, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        smtp.script(
            stage="rcpt", reply=f"550 {code} sender domain not found", recipient="anna@example.com", times=1
        )
        asked()
        deliver()
        assert not Suppression.objects.exists()

    def test_a_full_mailbox_is_refused_but_written_to_again(self, smtp: SmtpServer, deliver: Deliver) -> None:
        smtp.script(stage="rcpt", reply="552 5.2.2 mailbox full", times=1)
        first, second = asked(), asked()
        deliver()
        assert [mail_state(first), mail_state(second)] == [MailState.REFUSED, MailState.ACCEPTED]
        assert not DomainPause.objects.exists()

    @pytest.mark.parametrize(
        "reply",
        [
            "550 5.5.0 Requested action not taken: mailbox unavailable",
            "552 1 Requested mail action aborted, mailbox not found",
            "553 sorry, that is no mailbox here",
        ],
    )
    def test_asking_with_a_mailbox_that_is_not_there_stops_nobody_elses_mail(
        self, reply: str, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        smtp.script(stage="rcpt", reply=reply, recipient="nobody@example.org")
        refused, other = asked("nobody@example.org"), asked("anna@example.org")
        deliver()
        assert (mail_state(refused), mail_state(other)) == (MailState.REFUSED, MailState.ACCEPTED)
        assert not DomainPause.objects.exists()
        assert not Message.objects.filter(kind=MessageKind.ALERT).exists()

    def test_a_blocklisting_pauses_the_domain_and_tells_support_once(
        self, smtp: SmtpServer, deliver: Deliver, make_due: MakeDue
    ) -> None:
        smtp.script(stage="rcpt", reply="554 5.7.1 blocked", recipient="@example.org")
        asked("a@example.org")
        deliver()
        waiting = asked("b@example.org")
        asked("c@example.com")
        deliver()
        assert mail_state(waiting) is MailState.WAITING
        assert [mail.rcpt_to[0] for mail in smtp.messages] == ["support@vendor.example", "c@example.com"]
        DomainPause.objects.update(until=Now())
        smtp.forget_script()
        make_due()
        deliver()
        assert mail_state(waiting) is MailState.ACCEPTED

    @pytest.mark.parametrize("stage", ["connect", "ehlo", "mail", "rcpt", "data"])
    def test_a_connection_cut_before_the_mail_is_only_a_delay(
        self, stage: str, smtp: SmtpServer, deliver: Deliver, make_due: MakeDue
    ) -> None:
        smtp.script(stage=stage, cut=True, times=1)  # type: ignore[arg-type]  # a stage's name
        request = asked()
        deliver()
        assert mail_state(request) is MailState.WAITING
        assert Message.objects.get().ambiguous == 0
        make_due()
        deliver()
        assert mail_state(request) is MailState.ACCEPTED

    def test_a_connection_lost_after_the_mail_leaves_it_ambiguous_and_repeats_it_alike(
        self, smtp: SmtpServer, deliver: Deliver, make_due: MakeDue
    ) -> None:
        smtp.script(stage="end_of_data", store=True, cut=True, times=1)
        asked()
        deliver()
        assert Message.objects.get().ambiguous == 1
        make_due()
        deliver()
        assert len(smtp.messages) == 2
        assert smtp.messages[0].raw == smtp.messages[1].raw

    def test_an_ambiguous_mail_is_repeated_a_few_times_only(
        self, smtp: SmtpServer, deliver: Deliver, make_due: MakeDue
    ) -> None:
        smtp.script(stage="end_of_data", store=True, cut=True)
        request = asked()
        for _ in range(MOST_AMBIGUOUS + 3):
            deliver()
            make_due()
        assert len(smtp.messages) == MOST_AMBIGUOUS
        assert mail_state(request) is MailState.REFUSED

    def test_a_server_that_stalls_is_given_up_on(
        self, smtp: SmtpServer, deliver: Deliver, settings: LazySettings
    ) -> None:
        settings.SMTP_TIMEOUT_SECONDS = 0.3
        smtp.script(stage="rcpt", stall=3.0, times=1)
        request = asked()
        deliver()
        assert mail_state(request) is MailState.WAITING
        assert "timed out" in Message.objects.get().reply

    def test_one_mail_that_is_refused_does_not_hold_up_the_others(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        smtp.script(stage="rcpt", reply="552 5.2.2 full", recipient="bad@example.com")
        for name in ("one", "bad", "two"):
            asked(f"{name}@example.com", ip="192.0.2.7")
        assert deliver() == 2

    def test_no_server_at_all_delays_everything_and_loses_nothing(
        self, deliver: Deliver, smtp: SmtpServer, make_due: MakeDue
    ) -> None:
        smtp.stop()
        requests = [asked(f"somebody{number}@example.com") for number in range(5)]
        assert deliver() == 0
        smtp.start()
        make_due()
        assert deliver() == 5
        assert {mail_state(request) for request in requests} == {MailState.ACCEPTED}

    def test_an_idle_connection_that_the_server_closed_is_opened_anew(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        smtp.script(stage="end_of_data", cut="after", times=1)
        asked("one@example.com"), asked("two@example.com")
        assert deliver() == 2


@pytest.mark.django_db
class TestTime:
    def test_a_mail_that_waited_beyond_its_challenge_carries_a_fresh_one(
        self, smtp: SmtpServer, deliver: Deliver, make_due: MakeDue
    ) -> None:
        owner_of("anna@example.com", codes=[CODE])
        smtp.script(stage="end_of_data", reply="450 4.2.0 later", times=1, store=True)
        asked()
        deliver()
        Challenge.objects.update(expires_at=Now() + timedelta(seconds=5))
        make_due()
        deliver()
        assert smtp.messages[0].parsed["Message-ID"] != smtp.messages[1].parsed["Message-ID"]
        assert code_in(smtp.messages[0]) != code_in(smtp.messages[1])
        assert prove_by_link(token_in(smtp, 0)), "the earlier one lives until its own expiry"

    def test_the_ten_minutes_count_from_the_hand_over(self, smtp: SmtpServer, deliver: Deliver) -> None:
        asked()
        smtp.script(stage="rcpt", reply="450 4.2.0 later", times=1)
        deliver()
        Challenge.objects.update(expires_at=Now() + timedelta(minutes=5))
        Message.objects.update(due_at=Now())
        deliver()
        assert Challenge.objects.filter(expires_at__gt=Now() + timedelta(minutes=9)).count() == 1

    def test_keys_that_are_refunded_while_mails_before_them_are_sent_do_not_leave(
        self, smtp: SmtpServer, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("recovery.mail.deliver.FRESH_SECONDS", 0.2)
        for name, code in (("anna", "ANNA-1111"), ("bert", "BERT-2222"), ("carl", "CARL-3333")):
            owner_of(f"{name}@example.com", codes=[code])
            asked(f"{name}@example.com")
        deliver()
        for number in range(3):
            prove_by_link(token_in(smtp, number))
        smtp.clear()
        slow = SmtpTransport()
        send = slow.send

        def refund_then_send(letter: Letter) -> Outcome:
            if letter.recipient.startswith("anna"):
                Purchase.objects.update(refunded_at=Now())
                time.sleep(0.3)
            return send(letter)

        slow.send = refund_then_send  # type: ignore[method-assign]
        assert deliver_due(lambda: slow) == 3
        mails = {mail.rcpt_to[0]: text_of(mail) for mail in smtp.messages}
        assert "ANNA-1111" in mails["anna@example.com"]
        assert "BERT-2222" not in mails["bert@example.com"]
        assert "CARL-3333" not in mails["carl@example.com"]

    def test_a_challenge_is_given_up_after_hours(self, smtp: SmtpServer, deliver: Deliver) -> None:
        request = asked()
        Message.objects.update(created_at=Now() - timedelta(hours=5))
        deliver()
        assert (mail_state(request), smtp.messages) == (MailState.REFUSED, [])

    def test_keys_are_still_sent_days_later(self, smtp: SmtpServer, deliver: Deliver) -> None:
        owner_of("anna@example.com", codes=[CODE])
        asked()
        deliver()
        prove_by_link(token_in(smtp))
        Message.objects.filter(kind=MessageKind.KEYS).update(created_at=Now() - timedelta(days=2))
        assert deliver() == 1


@pytest.mark.django_db
class TestLease:
    def test_what_another_worker_holds_is_left_alone(self, deliver: Deliver) -> None:
        asked()
        assert len(claiming.claim(uuid4(), most=10)) == 1
        assert deliver() == 0

    def test_what_a_dead_worker_held_is_taken_over(self, deliver: Deliver) -> None:
        asked()
        claiming.claim(uuid4(), most=10)
        Message.objects.update(lease_until=Now() - timedelta(seconds=1))
        assert deliver() == 1
        assert Message.objects.get().ambiguous == 0, "it had not begun"

    def test_what_a_worker_had_begun_when_it_died_is_ambiguous_and_sent_again(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        asked()
        claiming.claim(uuid4(), most=10)
        Message.objects.update(
            lease_until=Now() - timedelta(seconds=1), state=MessageState.SENDING, attempts=1
        )
        assert deliver() == 1
        assert Message.objects.get().ambiguous == 1
        assert MailAttempt.objects.get().outcome == AttemptOutcome.AMBIGUOUS

    def test_a_worker_that_lost_its_lease_marks_nothing(
        self, smtp: SmtpServer, settings: LazySettings
    ) -> None:
        asked()
        stealing = SmtpTransport()
        send = stealing.send

        def steal_then_send(letter):  # type: ignore[no-untyped-def]  # the transport's own signature
            Message.objects.update(lease_owner=uuid4())
            return send(letter)

        stealing.send = steal_then_send  # type: ignore[method-assign]
        assert deliver_due(lambda: stealing) == 0
        assert Message.objects.get().state == MessageState.SENDING

    @pytest.mark.parametrize("stolen", ["first@example.com", "second@example.com"])
    def test_a_mail_that_was_lost_on_the_way_hinders_not_the_one_beside_it(
        self, stolen: str, smtp: SmtpServer
    ) -> None:
        requests = [asked("first@example.com"), asked("second@example.com")]
        stealing = SmtpTransport()
        send = stealing.send

        def steal_then_send(letter):  # type: ignore[no-untyped-def]  # the transport's own signature
            Message.objects.filter(request__address=stolen).update(lease_owner=uuid4())
            return send(letter)

        stealing.send = steal_then_send  # type: ignore[method-assign]
        assert deliver_due(lambda: stealing) == 1
        states = {request.address: mail_state(request) for request in requests}
        assert [address for address, state in states.items() if state is not MailState.ACCEPTED] == [stolen]

    def test_a_mail_lost_after_its_envelope_reaches_nobody_and_the_next_goes_out(
        self, smtp: SmtpServer
    ) -> None:
        for name in ("first", "second", "third"):
            asked(f"{name}@example.com")
        stealing = SmtpTransport()
        announce = stealing.announce

        def announce_then_steal(letter: Letter) -> None:
            announce(letter)
            if letter.recipient.startswith("second"):
                Message.objects.filter(request__address=letter.recipient).update(lease_owner=uuid4())

        stealing.announce = announce_then_steal  # type: ignore[method-assign]
        assert deliver_due(lambda: stealing) == 2
        assert [mail.rcpt_to[0] for mail in smtp.messages] == ["first@example.com", "third@example.com"]

    def test_a_run_that_takes_too_long_lets_go_of_what_it_has_not_begun(
        self, smtp: SmtpServer, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("recovery.mail.deliver.LONGEST_RUN_SECONDS", 1.0)
        smtp.script(stage="end_of_data", stall=1.5, times=1)
        for name in ("one", "two", "three"):
            asked(f"{name}@example.com")
        assert deliver() == 1
        left = Message.objects.filter(state=MessageState.WAITING, lease_owner=None, due_at__lte=Now())
        assert left.count() == 2
        assert deliver() == 2

    def test_a_heartbeat_keeps_the_lease(self, settings: LazySettings) -> None:
        settings.MAIL_LEASE_SECONDS = 0.2
        asked()
        owner = uuid4()
        claiming.claim(owner, most=1)
        beaten = threading.Event()
        with claiming.Heartbeat(owner, beat=lambda _: beaten.set()):
            assert beaten.wait(10)


@pytest.mark.django_db(transaction=True)
def test_workers_released_together_send_each_mail_once(smtp: SmtpServer) -> None:
    for number in range(60):
        asked(f"somebody{number}@example.com", ip=f"10.0.{number}.1")
    outcome = released_together(8, lambda _: deliver_due(SmtpTransport), after=connections.close_all)
    assert (sum(outcome.results), outcome.errors) == (60, [])
    assert len({mail.rcpt_to[0] for mail in smtp.messages}) == len(smtp.messages) == 60


@pytest.mark.django_db
def test_a_mail_that_cannot_be_composed_holds_up_no_other(
    smtp: SmtpServer, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = owner_of("anna@example.com", codes=[CODE])
    asked("anna@example.com")
    deliver()
    prove_by_link(token_in(smtp))
    owner.licenses.get().assignments.get().key.__class__.objects.update(sealed=b"not what the vault made")
    request = asked("nobody@example.com")
    deliver()
    assert mail_state(request) is MailState.ACCEPTED
    assert Message.objects.get(kind=MessageKind.KEYS).state == MessageState.WAITING


@pytest.mark.django_db
def test_a_mail_whose_bytes_cannot_be_built_holds_up_no_other(
    smtp: SmtpServer, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = render.written

    def broken_for_bert(draft: render.Draft, message: Message, *, language: str) -> Letter:
        letter = written(draft, message, language=language)
        return replace(letter, text="\ud800") if letter.recipient.startswith("bert") else letter

    monkeypatch.setattr(render, "written", broken_for_bert)
    requests = [asked(f"{name}@example.com") for name in ("anna", "bert", "carl")]
    deliver()
    states = [mail_state(request) for request in requests]
    assert states == [MailState.ACCEPTED, MailState.WAITING, MailState.ACCEPTED]
