import http.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import LazySettings

from demo.mailbox import MailboxTransport, store
from demo.mails import Mail, names
from recovery.mail.letter import Letter, Verdict
from tests.runtime.demo_process import Demo, begun, demo_process

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def letter(**fields: str) -> Letter:
    given = {
        "message_id": "<1@vendor.example>",
        "sender": "keys@vendor.example",
        "sender_name": "Example Video Tools",
        "reply_to": "support@vendor.example",
        "return_path": "keys@vendor.example",
        "recipient": "anna@mail.example",
        "subject": "Your registration keys",
        "text": "Hello",
        "html": "<p>Hello</p>",
        "template": "keys",
        **fields,
    }
    known = {name: value for name, value in given.items() if name in Letter.__dataclass_fields__}
    return Letter(date=NOON, **known)  # type: ignore[arg-type]  # every field but the date is text


def test_a_mail_becomes_a_whole_file_with_the_same_bytes(settings: LazySettings, tmp_path: Path) -> None:
    settings.MAILBOX_DIR = tmp_path / "mailbox"

    outcome = MailboxTransport().send(letter())

    (file,) = (tmp_path / "mailbox").iterdir()
    assert outcome.verdict is Verdict.ACCEPTED
    assert file.read_bytes() == letter().content


def test_a_mailbox_that_cannot_be_written_puts_the_mail_off(settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("a file where the folder should be")
    settings.MAILBOX_DIR = tmp_path / "mailbox"

    assert MailboxTransport().send(letter()).verdict is Verdict.DEFERRED


def test_the_newest_mail_comes_first(tmp_path: Path) -> None:
    moments = [NOON, NOON + timedelta(microseconds=1), NOON + timedelta(days=40)]
    stored = [store(b"mail", folder=tmp_path, now=moment) for moment in moments]

    assert names(tmp_path) == [name.removesuffix(".eml") for name in reversed(stored)]


def test_an_unfinished_file_is_no_mail_yet(tmp_path: Path) -> None:
    (tmp_path / ".unfinished").write_bytes(b"Subject: half of")

    assert names(tmp_path) == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo_process(begun(tmp_path_factory.mktemp("demo"))) as running:
        yield running


@pytest.fixture(scope="module")
def mailed(demo: Demo) -> str:
    """The page of a mail that the demo has sent."""
    demo.ask(demo.buyer())
    return f"/mailbox/{demo.mails(1)[0]}/"


def get(demo: Demo, path: str, *, host: str = "") -> tuple[int, http.client.HTTPMessage, str]:
    place = demo.url.removeprefix("http://")
    line = http.client.HTTPConnection(place, timeout=30)
    line.request("GET", path, headers={"Host": host or place})
    answer = line.getresponse()
    return answer.status, answer.headers, answer.read().decode()


@pytest.mark.journey
def test_the_mailbox_lists_the_mail_with_its_reader_and_subject(demo: Demo, mailed: str) -> None:
    _, _, page = get(demo, "/mailbox/")

    assert mailed in page
    assert demo.buyer() in page


@pytest.mark.journey
def test_the_mail_is_shown_as_its_reader_sees_it(demo: Demo, mailed: str) -> None:
    mail = Mail(demo.folder / "mailbox" / f"{mailed.split('/')[2]}.eml")

    _, headers, page = get(demo, mailed)

    assert mail.subject in page
    assert "frame-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert f'src="{mailed}html/"' in page


@pytest.mark.journey
def test_the_mails_html_may_do_nothing_but_open_a_link_in_a_new_tab(demo: Demo, mailed: str) -> None:
    _, headers, html = get(demo, f"{mailed}html/")
    policy = headers["Content-Security-Policy"]

    assert '<base target="_blank">' in html
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src" not in policy


@pytest.mark.journey
def test_the_plain_text_and_the_source_are_there(demo: Demo, mailed: str) -> None:
    _, _, text = get(demo, f"{mailed}text/")
    _, headers, source = get(demo, f"{mailed}source/")

    assert "/verify/" in text
    assert headers["Content-Type"].startswith("text/plain")
    assert "Auto-Submitted: auto-generated" in source


@pytest.mark.journey
def test_an_attachment_is_handed_out_as_a_file(demo: Demo) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "keys@vendor.example", "anna@mail.example", "A licence file"
    mail["Date"] = NOON
    mail.set_content("It is attached.")
    mail.add_attachment(b"\x00licence", maintype="application", subtype="octet-stream", filename="anna.lic")
    name = store(mail.as_bytes(), folder=demo.folder / "mailbox", now=NOON).removesuffix(".eml")

    status, headers, content = get(demo, f"/mailbox/{name}/files/1/")

    assert (status, content) == (200, "\x00licence")
    assert headers["Content-Disposition"] == 'attachment; filename="anna.lic"'
    assert get(demo, f"/mailbox/{name}/files/2/")[0] == 404


@pytest.mark.journey
@pytest.mark.parametrize(
    "path", ["/mailbox/../demo.env/", "/mailbox/..%2Fdemo.env/", "/mailbox/20260501T120000.000000Z-00000000/"]
)
def test_nothing_but_mails_is_handed_out(demo: Demo, path: str) -> None:
    assert get(demo, path)[0] == 404


@pytest.mark.journey
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "0.0.0.0"])
def test_answers_to_no_other_name(demo: Demo, host: str) -> None:
    status, _, page = get(demo, "/mailbox/", host=host)

    assert status == 400
    assert "@" not in page.replace("support@vendor.example", "")


@pytest.mark.journey
def test_answers_to_localhost(demo: Demo) -> None:
    assert get(demo, "/mailbox/", host="localhost:8000")[0] == 200
