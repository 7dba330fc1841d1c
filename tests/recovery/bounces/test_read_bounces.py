"""The program that a mail server's alias or a cron job runs."""

import io
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from recovery.mail.bounces import proof_of, return_path
from recovery.mail.reports import MOST_BYTES
from recovery.models import MailAttempt, Message, MessageState, Suppression
from tests.recovery.bounces.corpus import Bounce, bounce_of


def read(raw: bytes, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> io.BytesIO:
    pipe = io.BytesIO(raw)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
    call_command("read_bounces", *arguments)
    return pipe


def run(raw: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """As a mail server runs it: a process of its own, the mail on its standard input."""
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "read_bounces"],
        input=raw,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


def no_database(folder: Path) -> str:
    if os.environ["MODE"] == "embedded":
        return f"sqlite:///{folder / 'missing' / 'there.sqlite3'}"
    return "postgres://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.mark.django_db
class TestThePipe:
    def test_reads_one_mail_for_the_recipient_of_its_envelope(
        self, sent: Message, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = bounce_of(sent).postfix().replace(return_path(sent).encode(), b"bounces@vendor.example")
        read(raw, monkeypatch, "--recipient", return_path(sent))
        assert Suppression.objects.count() == 1

    @pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "To"])
    def test_finds_the_recipient_in_the_head_where_the_server_does_not_say(
        self, sent: Message, monkeypatch: pytest.MonkeyPatch, header: str
    ) -> None:
        head, _, rest = bounce_of(sent).postfix().partition(b"From: ")
        rest = rest.replace(b"To: " + return_path(sent).encode(), b"Cc: postmaster@vendor.example")
        assert head
        read(f"{header}: <{return_path(sent)}>\r\nFrom: ".encode() + rest, monkeypatch)
        assert Suppression.objects.count() == 1

    def test_takes_a_mail_too_large_to_its_end_so_that_the_pipe_does_not_break(
        self, sent: Message, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pipe = read(bounce_of(sent).postfix() + b"x" * 3 * MOST_BYTES, monkeypatch)
        assert pipe.read() == b""
        assert Suppression.objects.count() == 1


class TestItsEnd:
    def test_is_success_for_what_means_nothing_even_without_a_database(self, tmp_path: Path) -> None:
        done = run(b"\0\xff not a mail at all", DATABASE_URL=no_database(tmp_path))
        assert (done.returncode, done.stdout) == (0, b"")

    def test_is_a_temporary_failure_when_the_database_cannot_be_used(self, tmp_path: Path) -> None:
        row = uuid4()
        raw = Bounce(to=f"bounces+{row.hex}-{proof_of(row)}@vendor.example").postfix()
        done = run(raw, DATABASE_URL=no_database(tmp_path))
        assert done.returncode == os.EX_TEMPFAIL
        assert b"anna" not in done.stderr


@pytest.mark.django_db
class TestAMaildir:
    def test_is_read_and_its_mails_are_kept_as_seen(self, sent: Message, maildir: Path) -> None:
        (maildir / "new" / "1.a.host").write_bytes(bounce_of(sent).postfix())
        (maildir / "new" / "2.b.host").write_bytes(b"nonsense")
        call_command("read_bounces", "--maildir", str(maildir))
        assert sorted(path.name for path in (maildir / "cur").iterdir()) == ["1.a.host:2,S", "2.b.host:2,S"]
        assert list((maildir / "new").iterdir()) == []
        assert Message.objects.get(pk=sent.pk).state == MessageState.REFUSED

    def test_read_again_changes_nothing(self, sent: Message, maildir: Path) -> None:
        for _ in range(2):
            (maildir / "new" / "1.a.host").write_bytes(bounce_of(sent).postfix())
            call_command("read_bounces", "--maildir", str(maildir))
        assert MailAttempt.objects.count() == Suppression.objects.count() == 1

    def test_leaves_what_is_no_mail_of_its_own(self, maildir: Path, tmp_path: Path) -> None:
        (maildir / "new" / ".hidden").write_bytes(b"")
        (maildir / "new" / "folder").mkdir()
        (maildir / "new" / "link").symlink_to("/dev/zero")
        call_command("read_bounces", "--maildir", str(maildir))
        assert list((maildir / "cur").iterdir()) == []

    def test_that_is_none_is_said_so(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="is not a maildir"):
            call_command("read_bounces", "--maildir", str(tmp_path))
