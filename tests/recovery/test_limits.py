from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connections

from recovery import limits
from recovery.journeys.request import mail_state
from recovery.journeys.verify import ask_again, prove_by_link
from recovery.limits import Counters, Limit
from recovery.mail.outbox import MailState
from recovery.models import Message, RecoveryRequest, Withheld
from tests.factories import owner_of
from tests.kit.mails import link_in
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked

Deliver = Callable[[], int]
NOW = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
THREE = Limit("three", 3, timedelta(hours=1))


@pytest.mark.django_db
class TestCounting:
    def test_never_allows_more_than_the_limit_in_any_period(self) -> None:
        used = [
            minute
            for minute in range(240)
            if limits.take(THREE, b"me", now=NOW + timedelta(minutes=minute, seconds=29))
        ]
        assert all(sum(1 for each in used if start <= each < start + 60) <= 3 for start in range(240))
        assert len(used) >= 9

    def test_subjects_do_not_share(self) -> None:
        assert [limits.take(THREE, b"me", now=NOW) for _ in range(4)] == [True, True, True, False]
        assert limits.take(THREE, b"you", now=NOW)

    def test_counts_a_subject_that_stands_twice_in_one_batch(self) -> None:
        counters = Counters([(THREE, b"a"), (THREE, b"b")], now=NOW)
        taken = [counters.take(THREE, subject) for subject in (b"a", b"b", b"a", b"a", b"a")]
        counters.write()
        assert taken == [True, True, True, True, False]
        assert [limits.take(THREE, subject, now=NOW) for subject in (b"a", b"b")] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_take_three() -> None:
    outcome = released_together(50, lambda _: limits.take(THREE, b"me", now=NOW), after=connections.close_all)
    assert sorted(outcome.results) == [False] * 47 + [True] * 3


@pytest.mark.django_db
class TestMails:
    def test_three_an_hour_to_a_mailbox_whatever_its_spelling(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        spellings = ["anna@example.com", "ANNA@example.com", "anna+x@example.com", "an.na@example.com"]
        requests = [asked(spellings[n % 4], ip=f"192.0.{n}.1") for n in range(30)]
        deliver()
        assert len(smtp.messages) == 3
        states = [mail_state(request) for request in requests]
        assert states == [MailState.ACCEPTED] * 3 + [MailState.WITHHELD] * 27

    def test_forty_an_hour_from_a_network(self, smtp: SmtpServer, deliver: Deliver) -> None:
        for number in range(50):
            asked(f"somebody{number}@example.com", ip=f"198.51.100.{number}")
        deliver()
        assert len(smtp.messages) == 40
        assert Message.objects.filter(withheld_because=Withheld.NETWORK).count() == 10

    @pytest.mark.parametrize("network", ["2001:db8:7:{:02x}00::1", "198.51.{}.1"])
    def test_a_holder_of_256_networks_cannot_use_up_everybodys_share(
        self, smtp: SmtpServer, deliver: Deliver, settings: LazySettings, network: str
    ) -> None:
        settings.MAILS_PER_HOUR = 50
        for number in range(60):
            asked(f"somebody{number}@example.com", ip=network.format(number))
        request = asked("customer@example.com", ip="203.0.113.1")
        deliver()
        assert Message.objects.filter(withheld_because=Withheld.NETWORK).count() == 20
        assert mail_state(request) is MailState.ACCEPTED

    def test_a_mail_asked_for_before_wider_networks_were_counted_goes_out(self, deliver: Deliver) -> None:
        request = asked()
        RecoveryRequest.objects.update(wider_network=None)
        deliver()
        assert mail_state(request) is MailState.ACCEPTED

    def test_overall_an_hour(self, smtp: SmtpServer, deliver: Deliver, settings: LazySettings) -> None:
        settings.MAILS_PER_HOUR = 5
        for number in range(8):
            asked(f"somebody{number}@example.com", ip=f"10.0.{number}.1")
        deliver()
        assert len(smtp.messages) == 5
        assert Message.objects.filter(withheld_because=Withheld.OVERALL).count() == 3

    def test_a_flood_to_one_mailbox_does_not_use_up_everybodys_share(
        self, smtp: SmtpServer, deliver: Deliver, settings: LazySettings
    ) -> None:
        settings.MAILS_PER_HOUR = 5
        for number in range(30):
            asked("victim@example.com", ip=f"10.0.{number}.1")
        asked("somebody@example.com", ip="192.0.2.200")
        deliver()
        assert len(smtp.messages_to("somebody@example.com")) == 1

    def test_strangers_cannot_use_up_what_is_asked_for_through_a_mailed_link(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        owner_of("anna@example.com", codes=["AAAA-BBBB-CCCC-DDDD"])
        asked("anna@example.com")
        deliver()
        token = link_in(smtp.messages[0], path="/verify/").rstrip("/").rpartition("/")[2]
        for number in range(20):
            asked("anna@example.com", ip=f"10.0.{number}.1")
        deliver()
        ask_again(token, browser="b", ip="192.0.2.1", language="en")
        assert deliver() == 1

    def test_other_peoples_requests_do_not_end_my_link(self, smtp: SmtpServer, deliver: Deliver) -> None:
        owner_of("anna@example.com", codes=["AAAA-BBBB-CCCC-DDDD"])
        asked("anna@example.com")
        deliver()
        for number in range(20):
            asked("anna@example.com", ip=f"10.0.{number}.1")
        deliver()
        assert prove_by_link(link_in(smtp.messages[0], path="/verify/").rstrip("/").rpartition("/")[2])

    def test_a_mail_that_is_tried_again_is_counted_once(
        self, smtp: SmtpServer, deliver: Deliver, make_due: Callable[[], None]
    ) -> None:
        smtp.script(stage="rcpt", reply="450 4.2.0 later", times=5)
        request = asked()
        for _ in range(6):
            deliver()
            make_due()
        assert mail_state(request) is MailState.ACCEPTED
        asked(), asked()
        deliver()
        assert len(smtp.messages) == 3

    def test_limits_leave_a_row_for_every_request(self, deliver: Deliver) -> None:
        for _ in range(10):
            asked()
        deliver()
        assert RecoveryRequest.objects.count() == Message.objects.count() == 10
