"""Support without the console: why a mailbox gets no mail, and letting it get some."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone

from licensing.models.base import uuid7
from recovery.journeys.support_mails import resend_keys
from recovery.limits import address_digest
from recovery.mail.silence import silence
from recovery.models import Allowance, DomainPause, Message, MessageState, Mute, Suppression
from tests.factories import owner_of
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]
Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *words: str) -> str:
    capsys.readouterr()
    call_command("mailboxes", *words)
    return capsys.readouterr().out


def dead(email: str) -> Suppression:
    return Suppression.objects.create(mailbox=address_digest(email), reply="550 5.1.1 no such user")


def paused(domain: str) -> DomainPause:
    until = timezone.now() + timedelta(minutes=15)
    return DomainPause.objects.create(domain=domain, reply="554 5.7.1 blocked", until=until)


def test_says_in_plain_words_that_nothing_stands_in_the_way(capsys: Captured) -> None:
    owner_of("anna@example.com")

    said = run(capsys, "show", " Anna@EXAMPLE.com ")

    assert "The address of a customer." in said
    assert "Nothing keeps mail from this mailbox." in said
    assert "No mail to it is remembered." in said


def test_says_why_no_mail_goes_there(capsys: Captured) -> None:
    silence(asked("anna@example.com"))
    dead("anna@example.com")
    paused("example.com")

    said = run(capsys, "show", "anna@example.com")

    assert "Nothing is filed under this address." in said
    assert "Muted since" in said
    assert "There is no such mailbox, its server said" in said
    assert "550 5.1.1 no such user" in said
    assert "Mail to example.com is paused until" in said
    assert "554 5.7.1 blocked" in said
    assert "Nothing keeps mail" not in said


def test_says_what_became_of_the_last_mails(capsys: Captured, deliver: Deliver, smtp: SmtpServer) -> None:
    asked("anna@example.com")
    deliver()

    said = run(capsys, "show", "anna@example.com")

    assert "proof of the mailbox: accepted by the receiving server" in said


def test_a_mailbox_that_had_its_mails_of_the_hour_is_told_until_when_and_how_it_goes_sooner(
    capsys: Captured, deliver: Deliver, smtp: SmtpServer
) -> None:
    owner_of("anna@example.com")
    flood("anna@example.com", deliver)
    again = timezone.now().replace(second=0) + timedelta(minutes=61)

    said = run(capsys, "show", "anna@example.com")

    assert "proof of the mailbox: not sent (too many to this mailbox)" in said
    assert "Nothing keeps mail" not in said
    told = "3 mails to this mailbox in the last hour, as many as are allowed; the next one from "
    assert any(f"{told}{at:%Y-%m-%d %H:%M} UTC." in said for at in (again, again - timedelta(minutes=1)))
    assert "press “Send the keys” or “Send a fresh link”" in said


def test_what_it_says_goes_sooner_does(capsys: Captured, deliver: Deliver, smtp: SmtpServer) -> None:
    owner = owner_of("anna@example.com")
    flood("anna@example.com", deliver)
    address = owner.addresses.get()

    resend_keys(owner.pk, address_id=address.pk, by="kim", press=uuid7(), now=timezone.now())

    assert deliver() == 1


def test_support_is_not_sent_to_a_customer_who_is_none(
    capsys: Captured, deliver: Deliver, smtp: SmtpServer
) -> None:
    flood("nobody@example.com", deliver)

    said = run(capsys, "show", "nobody@example.com")

    assert "3 mails to this mailbox in the last hour" in said
    assert "Send the keys" not in said


def test_a_mailbox_whose_hour_is_over_is_open_again(
    capsys: Captured, deliver: Deliver, smtp: SmtpServer
) -> None:
    flood("anna@example.com", deliver)
    hour_ago = int(timezone.now().timestamp()) // 60 - 61
    Allowance.objects.filter(limit="mailbox").update(recent=[[hour_ago, 3]])

    assert "Nothing keeps mail from this mailbox." in run(capsys, "show", "anna@example.com")


def test_says_when_everybodys_mails_of_the_hour_have_gone(
    capsys: Captured, deliver: Deliver, smtp: SmtpServer, settings: LazySettings
) -> None:
    settings.MAILS_PER_HOUR = 1
    asked("ben@example.com")
    deliver()

    said = run(capsys, "show", "anna@example.com")

    assert "1 mail to everybody (MAILS_PER_HOUR) in the last hour" in said
    assert "Nothing keeps mail" not in said


def flood(address: str, deliver: Deliver) -> None:
    """One mail more than an hour allows."""
    for _ in range(4):
        asked(address)
    assert deliver() == 3


def test_an_address_that_was_changed_is_told_as_former(capsys: Captured) -> None:
    owner_of("anna@example.com").addresses.update(former_since=Now())

    assert "A former address of a customer: no keys go there." in run(capsys, "show", "anna@example.com")


def test_lifts_a_mute(capsys: Captured) -> None:
    silence(asked("anna@example.com"))
    silence(asked("ben@example.com"))

    said = run(capsys, "lift", "mute", "anna@example.com", "--reason", "he asked by telephone")

    assert "Lifted. Mail asked for from now on goes there." in said
    assert Mute.objects.get(lifted_at=None).mailbox == address_digest("ben@example.com")


def test_lifts_a_suppression(capsys: Captured) -> None:
    dead("anna@example.com")

    run(capsys, "lift", "suppression", "anna@example.com")

    assert Suppression.objects.get().lifted_at is not None


def test_lists_the_domains_that_are_paused_or_says_that_none_is(capsys: Captured) -> None:
    assert run(capsys, "pauses") == "Mail goes to all domains: none is paused.\n"

    paused("example.com")

    said = run(capsys, "pauses")
    assert said.startswith("Mail to example.com is paused until")
    assert said.count("\n") == 1


def test_lifts_the_pause_of_a_domain_and_what_it_put_off(
    capsys: Captured, deliver: Deliver, smtp: SmtpServer
) -> None:
    paused("xn--bcher-kva.example")
    asked("anna@xn--bcher-kva.example")
    assert deliver() == 0

    run(capsys, "lift", "pause", "BÜCHER.example")

    assert deliver() == 1
    assert Message.objects.get().state == MessageState.ACCEPTED


def test_lifting_writes_who_and_why_but_no_address_into_the_log(
    capsys: Captured, caplog: pytest.LogCaptureFixture
) -> None:
    silence(asked("anna@example.com"))
    reason = "anna@example.com telephoned"

    call_command("mailboxes", "lift", "mute", "anna@example.com", "--reason", reason, "--by", "kim")

    logged = capsys.readouterr().err + caplog.text
    assert "block_lifted" in logged
    assert "kim" in logged
    assert "telephoned" in logged
    assert "anna@example.com" not in logged


@pytest.mark.parametrize("what", ["mute", "suppression", "pause"])
def test_says_when_there_is_nothing_to_lift(what: str) -> None:
    with pytest.raises(CommandError, match="There is nothing to lift"):
        call_command("mailboxes", "lift", what, "example.com" if what == "pause" else "anna@example.com")


def test_refuses_what_is_no_address() -> None:
    with pytest.raises(CommandError, match="needs an @ sign"):
        call_command("mailboxes", "show", "anna")


def test_lists_the_paused_domains(capsys: Captured) -> None:
    paused("example.com")
    DomainPause.objects.create(domain="over.example", until=timezone.now() - timedelta(minutes=1))

    said = run(capsys, "pauses")

    assert "example.com is paused until" in said
    assert "over.example" not in said
