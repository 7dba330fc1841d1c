"""What becomes of a mail that came back. The mail was really sent, through a real SMTP server."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone

from recovery.errors import Expired
from recovery.journeys.request import mail_state
from recovery.journeys.verify import prove_by_link
from recovery.mail import returned
from recovery.mail.bounces import return_path
from recovery.mail.letter import Outcome, Verdict
from recovery.mail.mark import mark
from recovery.mail.outbox import MailState
from recovery.mail.returned import COMPLAINED, Taken
from recovery.models import (
    AttemptOutcome,
    DomainPause,
    MailAttempt,
    Message,
    MessageKind,
    MessageState,
    Mute,
    RecoveryRequest,
    Suppression,
    Withheld,
)
from tests.kit.mails import link_in
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked
from tests.recovery.bounces.corpus import (
    SHAPES,
    bounce_of,
    bounce_of_received,
    complaint,
    holiday,
    old_exim,
    qmail,
)

Deliver = Callable[[], int]
pytestmark = pytest.mark.django_db


def take_back(raw: bytes, **given: Any) -> Taken:
    return returned.take_back(raw, now=timezone.now(), **given)


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def assert_untouched(message: Message) -> None:
    assert state_of(message) == MessageState.ACCEPTED
    assert not MailAttempt.objects.exists()
    assert not Suppression.objects.exists()
    assert not Mute.objects.exists()


def prove(smtp: SmtpServer, number: int = 0) -> None:
    prove_by_link(link_in(smtp.messages[number], path="/verify/").rstrip("/").rpartition("/")[2])


class TestARealBounce:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_suppresses_the_mailbox_with_the_servers_words(self, sent: Message, shape: str) -> None:
        assert take_back(getattr(bounce_of(sent), shape)()) is Taken.SUPPRESSED
        suppression, attempt = Suppression.objects.get(), MailAttempt.objects.get()
        assert bytes(suppression.mailbox) == bytes(sent.request.mailbox)  # type: ignore[union-attr]  # it has one
        assert suppression.source == attempt.stage == "bounce"
        assert attempt.outcome == AttemptOutcome.REFUSED
        assert state_of(sent) == MessageState.REFUSED
        words = "550 5.1.1 <(address)>: no mailbox here by that name"
        assert [suppression.reply, attempt.reply, Message.objects.get().reply] == [words] * 3

    def test_goes_the_whole_way_from_our_envelope_back_to_us(
        self, bounce_address: str, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        request = asked("nobody@example.com")
        deliver()
        received = smtp.messages[0]
        assert received.mail_from.startswith("bounces+")
        assert take_back(bounce_of_received(received).postfix()) is Taken.SUPPRESSED
        assert mail_state(request) is MailState.REFUSED
        again = asked("nobody@example.com")
        assert deliver() == 0
        assert mail_state(again) is MailState.REFUSED
        assert len(smtp.messages) == 1

    def test_is_told_alike_of_known_and_unknown_addresses(self, sent: Message, deliver: Deliver) -> None:
        stranger = asked("nobody@example.com")
        deliver()
        for message, address in ((sent, "anna@example.com"), (stranger.messages.get(), "nobody@example.com")):
            take_back(bounce_of(message, address=address).postfix())
        again = [asked("anna@example.com"), asked("nobody@example.com")]
        deliver()
        told = [(each.messages.get().state, each.messages.get().reply) for each in again]
        assert told[0] == told[1]
        assert [mail_state(each) for each in again] == [MailState.REFUSED] * 2

    def test_counts_once_however_often_it_comes(self, sent: Message) -> None:
        raw = bounce_of(sent).postfix()
        assert [take_back(raw), take_back(raw), take_back(raw)] == [Taken.SUPPRESSED, *[Taken.REPEATED] * 2]
        assert MailAttempt.objects.count() == Suppression.objects.count() == 1

    def test_does_not_come_back_to_life_once_support_has_lifted_it(
        self, sent: Message, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        raw = bounce_of(sent).postfix()
        take_back(raw)
        Suppression.objects.update(lifted_at=Now())
        assert take_back(raw) is Taken.REPEATED
        request = asked("anna@example.com")
        assert deliver() == 1
        assert mail_state(request) is MailState.ACCEPTED

    def test_does_not_suppress_a_mailbox_that_somebody_has_proved_to_read_since(
        self, sent: Message, smtp: SmtpServer
    ) -> None:
        prove(smtp)
        assert take_back(bounce_of(sent).postfix()) is Taken.REFUSED
        assert not Suppression.objects.exists()

    def test_suppresses_a_mailbox_that_died_after_it_was_proved(
        self, sent: Message, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        prove(smtp)
        deliver()
        keys = Message.objects.get(kind=MessageKind.KEYS)
        assert take_back(bounce_of(keys).postfix()) is Taken.SUPPRESSED

    def test_from_where_the_mailbox_forwards_to_does_not_suppress_it(self, sent: Message) -> None:
        assert take_back(bounce_of(sent, address="old-job@example.org").postfix()) is Taken.REFUSED
        assert not Suppression.objects.exists()
        assert MailAttempt.objects.get().stage == "bounce"

    def test_may_name_the_mailbox_in_another_spelling(self, sent: Message) -> None:
        assert take_back(bounce_of(sent, address="<Anna+shop@EXAMPLE.com>").postfix()) is Taken.SUPPRESSED

    def test_is_believed_after_the_secret_was_rotated(self, sent: Message, settings: LazySettings) -> None:
        raw = bounce_of(sent).postfix()
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "n" * 60
        assert take_back(raw) is Taken.SUPPRESSED

    def test_ends_what_a_worker_is_still_trying(self, sent: Message) -> None:
        owner = sent.pk
        Message.objects.update(
            state=MessageState.SENDING, lease_owner=owner, lease_until=Now() + timedelta(minutes=1)
        )
        take_back(bounce_of(sent).postfix())
        assert not mark(sent, Outcome(Verdict.ACCEPTED, "end_of_data"), owner=owner, recipient="")
        assert state_of(sent) == MessageState.REFUSED

    def test_of_an_alert_is_recorded(self, bounce_address: str, smtp: SmtpServer, deliver: Deliver) -> None:
        Message.objects.create(kind=MessageKind.ALERT, about="domain example.org")
        deliver()
        raw = bounce_of_received(smtp.messages[0]).postfix()
        assert take_back(raw) is Taken.REFUSED
        assert MailAttempt.objects.get().stage == "bounce"

    @pytest.mark.django_db(transaction=True)
    def test_read_by_many_at_once_counts_once(self, sent: Message) -> None:
        raw = bounce_of(sent).postfix()
        outcome = released_together(8, lambda _: take_back(raw), after=connections.close_all)
        assert outcome.errors == []
        assert sorted(outcome.results) == sorted([Taken.SUPPRESSED, *[Taken.REPEATED] * 7])
        assert MailAttempt.objects.count() == 1


class TestAForgedOne:
    @pytest.mark.parametrize(
        "forge",
        [
            lambda address: address.replace("bounces+", "bounces-"),
            lambda address: address.partition("+")[0] + "@vendor.example",
            lambda address: address.replace("-", "-f" if "-f" not in address else "-e", 1),
            lambda address: address.partition("-")[0] + "-" + "0" * 16 + "@vendor.example",
            lambda address: address.partition("-")[0] + "-@vendor.example",
        ],
    )
    def test_does_nothing(self, sent: Message, forge: Callable[[str], str]) -> None:
        forged = forge(return_path(sent))
        assert forged != return_path(sent)
        raw = bounce_of(sent).postfix().replace(return_path(sent).encode(), forged.encode())
        assert take_back(raw) is Taken.UNSIGNED
        assert_untouched(sent)

    def test_with_the_proof_of_another_mail_does_nothing(self, sent: Message, deliver: Deliver) -> None:
        other = asked("mallory@example.net").messages.get()
        deliver()
        proof = return_path(other).partition("-")[2]
        mixed = f"{return_path(sent).partition('-')[0]}-{proof}"
        assert take_back(bounce_of(sent).postfix(), recipient=mixed) is Taken.UNSIGNED
        assert_untouched(sent)

    def test_that_came_for_another_mail_does_not_touch_this_one(
        self, sent: Message, deliver: Deliver
    ) -> None:
        other = asked("mallory@example.net").messages.get()
        deliver()
        assert take_back(bounce_of(other, address="anna@example.com").postfix()) is Taken.REFUSED
        assert state_of(sent) == MessageState.ACCEPTED
        assert not Suppression.objects.exists()

    def test_does_nothing_where_the_envelope_says_otherwise_than_the_head(self, sent: Message) -> None:
        assert take_back(bounce_of(sent).postfix(), recipient="bounces@vendor.example") is Taken.UNSIGNED
        assert_untouched(sent)

    def test_signed_with_another_secret_does_nothing(self, sent: Message, settings: LazySettings) -> None:
        raw = bounce_of(sent).postfix()
        settings.SECRET_KEY = "n" * 60
        assert take_back(raw) is Taken.UNSIGNED
        assert_untouched(sent)


class TestWhatDoesNotSuppress:
    @pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "delivered"])
    def test_a_report_of_anything_but_failure_does_nothing(self, sent: Message, action: str) -> None:
        assert take_back(bounce_of(sent, action=action, status="4.4.7").postfix()) is Taken.NOTHING
        assert_untouched(sent)

    def test_a_delay_does_not_hide_the_failure_that_follows(self, sent: Message) -> None:
        take_back(bounce_of(sent, action="delayed", status="4.4.7").postfix())
        assert take_back(bounce_of(sent).postfix()) is Taken.SUPPRESSED

    @pytest.mark.parametrize("status", ["5.2.1", "5.2.2", "5.4.4", "5.0.0", "4.4.7", "5.1.8"])
    def test_other_failures_are_told_and_the_mailbox_is_written_to_again(
        self, sent: Message, deliver: Deliver, status: str
    ) -> None:
        assert take_back(bounce_of(sent, status=status, diagnostic="smtp; 552 no").postfix()) is Taken.REFUSED
        assert (state_of(sent), MailAttempt.objects.get().reply) == (MessageState.REFUSED, "552 no")
        request = asked("anna@example.com")
        assert deliver() == 1
        assert mail_state(request) is MailState.ACCEPTED

    def test_a_blocklisting_is_told_but_pauses_nothing_since_any_reader_could_claim_it(
        self, sent: Message, deliver: Deliver, caplog: pytest.LogCaptureFixture
    ) -> None:
        raw = bounce_of(sent, status="5.7.1", diagnostic="smtp; 550 5.7.1 your network is listed").postfix()
        assert take_back(raw) is Taken.REFUSED
        assert MailAttempt.objects.get().reply == "550 5.7.1 your network is listed"
        assert not DomainPause.objects.exists()
        assert [record.levelname for record in caplog.records] == ["ERROR"]

    @pytest.mark.parametrize("shape", [qmail, old_exim])
    def test_a_bounce_in_words_is_recorded_but_not_believed(
        self, sent: Message, shape: Callable[[str], bytes]
    ) -> None:
        assert take_back(shape(return_path(sent))) is Taken.RECORDED
        attempt = MailAttempt.objects.get()
        assert (attempt.stage, attempt.outcome) == ("no_report", AttemptOutcome.AMBIGUOUS)
        assert attempt.reply.startswith(("No mailbox here", "Unrouteable address"))
        assert state_of(sent) == MessageState.ACCEPTED
        assert not Suppression.objects.exists()

    def test_one_in_words_does_not_hide_the_report_that_follows(self, sent: Message) -> None:
        take_back(qmail(return_path(sent)))
        assert take_back(bounce_of(sent).postfix()) is Taken.SUPPRESSED

    def test_a_holiday_note_does_nothing(self, sent: Message) -> None:
        assert take_back(holiday(return_path(sent))) is Taken.NOTHING
        assert_untouched(sent)

    def test_one_about_a_mail_that_never_went_out_does_nothing(self, bounce_address: str) -> None:
        waiting = asked("anna@example.com").messages.get()
        assert take_back(bounce_of(waiting).postfix()) is Taken.UNKNOWN
        assert state_of(waiting) == MessageState.WAITING

    def test_one_about_a_mail_older_than_we_keep_does_nothing(
        self, sent: Message, settings: LazySettings
    ) -> None:
        old = timedelta(days=settings.RETENTION_DAYS, seconds=1)
        Message.objects.update(created_at=Now() - old)
        assert take_back(bounce_of(sent).postfix()) is Taken.UNKNOWN
        assert_untouched(sent)

    def test_one_about_a_mail_that_is_forgotten_does_nothing(self, sent: Message) -> None:
        raw = bounce_of(sent).postfix()
        RecoveryRequest.objects.all().delete()
        assert take_back(raw) is Taken.UNKNOWN


class TestAComplaint:
    def test_mutes_the_mailbox_without_writing_to_it_again(
        self, sent: Message, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        assert take_back(complaint(return_path(sent))) is Taken.MUTED
        request = asked("anna@example.com")
        assert deliver() == 0
        assert request.messages.get().withheld_because == Withheld.MUTED
        assert len(smtp.messages) == 1
        assert MailAttempt.objects.get().reply == COMPLAINED
        assert state_of(sent) == MessageState.ACCEPTED
        assert not Suppression.objects.exists()

    def test_ends_the_links_that_were_mailed(self, sent: Message, smtp: SmtpServer) -> None:
        take_back(complaint(return_path(sent)))
        with pytest.raises(Expired):
            prove(smtp)

    def test_counts_once_so_that_support_can_lift_it(self, sent: Message, deliver: Deliver) -> None:
        raw = complaint(return_path(sent))
        take_back(raw)
        Mute.objects.update(lifted_at=Now())
        assert take_back(raw) is Taken.REPEATED
        request = asked("anna@example.com")
        deliver()
        assert mail_state(request) is MailState.ACCEPTED

    def test_to_an_address_that_we_did_not_make_does_nothing(self, sent: Message) -> None:
        assert take_back(complaint("bounces@vendor.example")) is Taken.UNSIGNED
        assert_untouched(sent)

    def test_of_another_kind_does_nothing(self, sent: Message) -> None:
        assert take_back(complaint(return_path(sent), kind="not-spam")) is Taken.NOTHING
        assert_untouched(sent)


def test_logs_say_ids_only(sent: Message, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for raw in (bounce_of(sent).postfix(), qmail(return_path(sent)), complaint("anna@example.com")):
        take_back(raw)
    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("recovery"))
    assert str(sent.pk) in text
    assert "anna" not in text
    assert "mailbox here" not in text
