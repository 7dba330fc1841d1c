"""The scripted SMTP server, seen by Python's own client."""

import contextlib
import smtplib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.kit.smtp_script import Cut, Stage
from tests.kit.waiting import wait_until

MAIL = "From: shop@example.com\r\nTo: b@example.com\r\nSubject: Your keys\r\n\r\n.a line with a dot\r\n"
STAGES: list[Stage] = ["connect", "ehlo", "mail", "rcpt", "data", "end_of_data"]


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def send(smtp: SmtpServer, *recipients: str, timeout: float = 10) -> None:
    with contextlib.closing(smtplib.SMTP(smtp.host, smtp.port, timeout=timeout)) as client:
        client.sendmail("shop@example.com", recipients or ("b@example.com",), MAIL)


def test_keeps_a_mail_with_its_envelope_as_it_was_sent(smtp: SmtpServer) -> None:
    send(smtp, "b@example.com", "c@example.com")
    [mail] = smtp.wait_for(1)
    assert (mail.mail_from, mail.rcpt_to) == ("shop@example.com", ("b@example.com", "c@example.com"))
    assert mail.raw == MAIL.encode()
    assert mail.parsed["Subject"] == "Your keys"
    assert mail.parsed.get_content() == ".a line with a dot\r\n"


def test_numbers_mails_in_their_order_over_one_connection(smtp: SmtpServer) -> None:
    with smtplib.SMTP(smtp.host, smtp.port) as client:
        for address in ("b@example.com", "c@example.com"):
            client.sendmail("shop@example.com", address, MAIL)
    assert [(mail.number, mail.rcpt_to) for mail in smtp.messages] == [
        (1, ("b@example.com",)),
        (2, ("c@example.com",)),
    ]
    assert smtp.connections == 1


def test_finds_the_mails_of_one_recipient(smtp: SmtpServer) -> None:
    send(smtp, "b@example.com")
    send(smtp, "c@example.com")
    assert [mail.number for mail in smtp.wait_for(1, to="c@example.com")] == [2]
    assert [mail.number for mail in smtp.messages_to("b@example.com")] == [1]


def test_says_what_arrived_instead_when_the_wait_is_over(smtp: SmtpServer) -> None:
    send(smtp, "b@example.com")
    with pytest.raises(TimeoutError, match=r"2 mails .* got \[\('b@example.com',\)\]"):
        smtp.wait_for(2, timeout=0.05)


def test_forgets_mails_when_cleared(smtp: SmtpServer) -> None:
    send(smtp)
    smtp.clear()
    assert smtp.messages == []


def test_accepts_any_login(smtp: SmtpServer) -> None:
    with smtplib.SMTP(smtp.host, smtp.port) as client:
        client.login("shop", "anything")
    assert smtp.logins == 1


def test_refuses_a_login_when_told_to(smtp: SmtpServer) -> None:
    smtp.script(stage="auth", reply="535 5.7.8 no")
    with smtplib.SMTP(smtp.host, smtp.port) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("shop", "anything")
    assert smtp.logins == 0


@pytest.mark.parametrize("keywords", [("SMTPUTF8",), ()])
def test_takes_other_scripts_in_addresses_only_where_it_offers_to(keywords: tuple[str, ...]) -> None:
    with SmtpServer(keywords=keywords) as smtp, smtplib.SMTP(smtp.host, smtp.port) as client:
        client.ehlo()
        client.command_encoding = "utf-8"
        replies = [
            client.docmd("MAIL", "FROM:<shop@example.com> SMTPUTF8"),
            client.docmd("RCPT", "TO:<jürgen@example.com>"),
        ]
    assert [code for code, _ in replies] == [250, 250 if keywords else 553]


@pytest.mark.parametrize("stage", STAGES)
def test_replies_as_scripted_at_each_stage(smtp: SmtpServer, stage: Stage) -> None:
    smtp.script(stage=stage, reply="451-4.3.0 first line\n451 4.3.0 try later")
    with pytest.raises(smtplib.SMTPException) as refusal:
        send(smtp)
    assert "4.3.0 try later" in str(refusal.value)
    assert smtp.messages == []


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("cut", ["before", "midway", "after"])
@pytest.mark.parametrize("stage", STAGES[:-1])
def test_cuts_at_each_stage_without_taking_the_mail(
    smtp: SmtpServer, stage: Stage, cut: Cut, reset: bool
) -> None:
    smtp.script(stage=stage, cut=cut, reset=reset)
    with pytest.raises((smtplib.SMTPException, OSError)):
        send(smtp)
    assert smtp.messages == []


def test_sends_half_a_reply_when_it_cuts_midway(smtp: SmtpServer) -> None:
    smtp.script(stage="connect", reply="220 0123456789", cut="midway")
    with socket.create_connection((smtp.host, smtp.port), timeout=5) as line, line.makefile("rb") as said:
        assert said.read() == b"220 012"


def test_cuts_after_a_whole_reply_where_the_client_reads_it(smtp: SmtpServer) -> None:
    smtp.script(stage="end_of_data", cut="after")
    send(smtp)
    assert len(smtp.messages) == 1


def test_takes_a_mail_and_cuts_without_a_word(smtp: SmtpServer) -> None:
    smtp.script(stage="end_of_data", store=True, cut=True, times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp)
    assert len(smtp.wait_for(1)) == 1
    send(smtp)
    assert len(smtp.wait_for(2)) == 2


def test_loses_a_mail_when_it_cuts_before_the_reply(smtp: SmtpServer) -> None:
    smtp.script(stage="end_of_data", cut=True)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp)
    assert smtp.messages == []


def test_resets_the_connection_where_asked(smtp: SmtpServer) -> None:
    smtp.script(stage="connect", cut=True, reset=True)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="reset by peer"):
        smtplib.SMTP(smtp.host, smtp.port)


def test_ends_the_connection_in_order_unless_asked_to_reset_it(smtp: SmtpServer) -> None:
    smtp.script(stage="connect", cut=True)
    with pytest.raises(smtplib.SMTPServerDisconnected, match=r"unexpectedly closed$"):
        smtplib.SMTP(smtp.host, smtp.port)


@pytest.mark.parametrize("stage", STAGES)
def test_stalls_at_each_stage_until_the_event(smtp: SmtpServer, stage: Stage) -> None:
    go_on = threading.Event()
    rule = smtp.script(stage=stage, stall=go_on)
    sender = threading.Thread(target=send, args=(smtp,))
    sender.start()
    rule.wait_until_reached()
    assert smtp.messages == []
    go_on.set()
    sender.join()
    assert len(smtp.messages) == 1


def test_keeps_nothing_when_the_client_is_gone_before_the_reply(smtp: SmtpServer) -> None:
    smtp.script(stage="end_of_data", stall=threading.Event())
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(smtp, timeout=0.1)
    wait_until(lambda: smtp.open_connections == 0, what="the end of the stalled session")
    assert smtp.messages == []


def test_keeps_the_mail_before_the_stall_when_told_to(smtp: SmtpServer) -> None:
    rule = smtp.script(stage="end_of_data", stall=60, store=True)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(smtp, timeout=0.1)
    rule.wait_until_reached()
    assert len(smtp.messages) == 1


def test_goes_on_when_the_script_is_forgotten(smtp: SmtpServer) -> None:
    rule = smtp.script(stage="rcpt", stall=60)
    sender = threading.Thread(target=send, args=(smtp,))
    sender.start()
    rule.wait_until_reached()
    smtp.forget_script()
    sender.join()
    assert len(smtp.messages) == 1


def test_stops_refusing_after_so_many_times(smtp: SmtpServer) -> None:
    rule = smtp.script(stage="rcpt", reply="450 4.2.0 try later", times=2)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(smtp)
    send(smtp)
    assert (len(smtp.messages), rule.reached) == (1, 2)


def test_lets_the_first_ones_pass_when_told_to(smtp: SmtpServer) -> None:
    smtp.script(stage="end_of_data", reply="554 5.7.1 no", after=1)
    send(smtp)
    with pytest.raises(smtplib.SMTPDataError):
        send(smtp)
    assert len(smtp.messages) == 1


@pytest.mark.parametrize("meant", ["gone@example.org", "@example.org"])
def test_refuses_only_the_recipient_or_domain_it_means(smtp: SmtpServer, meant: str) -> None:
    smtp.script(stage="rcpt", recipient=meant, reply="550 5.1.1 unknown")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(smtp, "gone@example.org")
    send(smtp, "b@example.com")
    assert [mail.rcpt_to for mail in smtp.messages] == [("b@example.com",)]


def test_deviates_on_one_connection_only(smtp: SmtpServer) -> None:
    smtp.script(stage="mail", connection=2, reply="421 4.3.2 closing")
    send(smtp)
    with pytest.raises(smtplib.SMTPSenderRefused):
        send(smtp)
    send(smtp)
    assert len(smtp.messages) == 2


def test_refuses_a_script_that_could_never_act(smtp: SmtpServer) -> None:
    with pytest.raises(ValueError, match="no recipient is known"):
        smtp.script(stage="mail", recipient="b@example.com")
    with pytest.raises(ValueError, match="no message to store"):
        smtp.script(stage="rcpt", store=True)


def test_comes_back_on_the_same_port(smtp: SmtpServer) -> None:
    smtp.stop()
    with pytest.raises(ConnectionRefusedError):
        send(smtp)
    smtp.start()
    send(smtp)
    assert len(smtp.messages) == 1


def test_takes_mails_of_many_clients_at_once(smtp: SmtpServer) -> None:
    outcome = released_together(20, lambda number: send(smtp, f"b{number}@example.com"))
    assert outcome.errors == []
    assert {mail.rcpt_to[0] for mail in smtp.messages} == {f"b{number}@example.com" for number in range(20)}
