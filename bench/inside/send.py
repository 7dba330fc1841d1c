"""Mails handed over: one worker's run over a filled outbox, and raw smtplib with a mail of the same size."""

import time

from django.conf import settings

from bench.inside.fill import promise_to_everybody
from recovery.mail.deliver import deliver_due
from recovery.mail.letter import Letter, Outcome
from recovery.mail.smtp import Server, SmtpTransport
from recovery.models import MessageKind

mails: dict[str, bytes] = {}  # by kind, the last that the worker sent


class Keeping(SmtpTransport):
    """Remembers the last mail, for smtplib to send the same."""

    def send(self, letter: Letter) -> Outcome:
        self.last = letter
        return super().send(letter)


def by_worker(kind: str) -> float:
    """Mails a second."""
    promised = promise_to_everybody(MessageKind(kind))
    transport = Keeping()
    began = time.perf_counter()
    accepted = deliver_due(lambda: transport)
    taken = time.perf_counter() - began
    if accepted != promised:
        raise RuntimeError(f"{accepted} of {promised} mails were accepted")
    mails[kind] = transport.last.content
    return accepted / taken


def by_smtplib(kind: str, count: int) -> float:
    """Mails a second, over one open connection, of a mail made ready by `by_worker`."""
    connection = Server.from_url(settings.SMTP_URL).connect(timeout=30)
    began = time.perf_counter()
    for _ in range(count):
        connection.sendmail(settings.MAIL_FROM, ["somebody@example.com"], mails[kind])
    taken = time.perf_counter() - began
    connection.quit()
    return count / taken
