"""Handing mails to the vendor's mail server over one open SMTP connection (RFC 5321; pipelined, RFC 2920)."""

import re
import smtplib
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from recovery.mail.letter import Letter, Outcome, Verdict

BROKEN = (OSError, smtplib.SMTPException, EOFError)
ENHANCED = re.compile(rb"^\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
# 5.1.7 and 5.1.8 speak of the sender's address: a fault of the vendor's, not a dead mailbox.
OURS = (b"7", b"8")
LONGEST_REPLY = 500


@dataclass(frozen=True)
class Server:
    """Where and how to hand mails over, from `smtp://user:password@host:port?tls=starttls` or `smtps://…`."""

    host: str
    port: int
    user: str
    password: str
    tls: str

    @classmethod
    def from_url(cls, url: str) -> "Server":
        parts = urlsplit(url)
        implicit = parts.scheme == "smtps"
        tls = "implicit" if implicit else parse_qs(parts.query).get("tls", [""])[0]
        port = parts.port or (465 if implicit else 587 if tls else 25)
        return cls(
            parts.hostname or "", port, unquote(parts.username or ""), unquote(parts.password or ""), tls
        )

    def connect(self, *, timeout: float) -> smtplib.SMTP:
        """An open, greeted connection. Raises what `BROKEN` names."""
        kind = smtplib.SMTP_SSL if self.tls == "implicit" else smtplib.SMTP
        name = urlsplit(settings.PUBLIC_URL).hostname
        connection = kind(self.host, self.port, local_hostname=name, timeout=timeout)
        try:
            connection.ehlo_or_helo_if_needed()
            if self.tls == "starttls":
                connection.starttls()
                connection.ehlo()
            if self.user:
                connection.login(self.user, self.password)
        except BROKEN:
            connection.close()
            raise
        return connection


class SmtpTransport:
    """One connection, opened when first needed and again when it broke."""

    def __init__(self) -> None:
        self.server = Server.from_url(settings.SMTP_URL)
        self.connection: smtplib.SMTP | None = None
        self.announced: Conversation | None = None

    def announce(self, letter: Letter) -> None:
        """Open the envelope of the next mail without waiting for the replies, where a server that can is connected."""
        self.forget_announced()
        if self.connection is None or not self.connection.has_extn("pipelining"):
            return
        self.announced = Conversation(self.connection, letter, fresh=False)
        try:
            self.announced.announce()
        except BROKEN:
            self.drop()

    def forget_announced(self) -> None:
        """A mail that is not to be sent after all: its server waits for the text, and only hanging up sends none."""
        if self.announced:
            self.drop()

    def send(self, letter: Letter) -> Outcome:
        """One attempt. A connection that died while idle is opened anew, since nothing was handed over on it."""
        reused = self.connection is not None
        outcome = self.attempt(letter)
        if reused and outcome.stage == "idle":
            outcome = self.attempt(letter)
        return outcome

    def attempt(self, letter: Letter) -> Outcome:
        try:
            conversation = self.conversation(letter)
        except BROKEN as error:
            return Outcome(Verdict.DEFERRED, "connect", words_of(error))
        outcome = conversation.outcome()
        if (
            outcome.stage in ("idle", "cut")
            or outcome.verdict is Verdict.AMBIGUOUS
            or outcome.reply.startswith("421")
        ):
            self.drop()
        elif outcome.verdict is not Verdict.ACCEPTED:
            self.reset()
        return outcome

    def conversation(self, letter: Letter) -> "Conversation":
        """The one that was announced, or a new one. Raises what `BROKEN` names where no server is there."""
        if self.announced and self.announced.letter is letter:
            conversation, self.announced = self.announced, None
            return conversation
        self.forget_announced()
        fresh = self.connection is None
        connection = self.connection or self.server.connect(timeout=settings.SMTP_TIMEOUT_SECONDS)
        self.connection = connection
        return Conversation(connection, letter, fresh=fresh)

    def reset(self) -> None:
        try:
            if self.connection:
                self.connection.rset()
        except BROKEN:
            self.drop()

    def drop(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = self.announced = None

    def close(self) -> None:
        self.forget_announced()
        try:
            if self.connection:
                self.connection.quit()
        except BROKEN:
            self.drop()
        self.connection = None


class Conversation:
    """One mail over an open connection. Until the mail's last line is sent, a break is only a delay."""

    def __init__(self, connection: smtplib.SMTP, letter: Letter, *, fresh: bool) -> None:
        self.connection = connection
        self.letter = letter
        self.replies = 0
        self.fresh = fresh
        self.announced = False

    def outcome(self) -> Outcome:
        try:
            refused = self.envelope()
        except BROKEN as error:
            idle = not self.fresh and self.replies == 0
            return Outcome(Verdict.DEFERRED, "idle" if idle else "cut", words_of(error))
        if refused:
            return refused
        try:
            self.connection.send(dotted(self.letter.content))
            code, words = self.connection.getreply()
        except BROKEN as error:
            return Outcome(Verdict.AMBIGUOUS, "end_of_data", words_of(error))
        return judged(code, words, stage="end_of_data")

    def announce(self) -> None:
        """MAIL, RCPT and DATA in one packet (RFC 2920); the replies are left to be read."""
        self.announced = True
        self.connection.send("".join(f"{command}\r\n" for command in self.commands().values()))

    def envelope(self) -> Outcome | None:
        """MAIL, RCPT and DATA, in one packet where the server can; what was refused, or nothing."""
        stages = self.commands()
        if self.connection.has_extn("pipelining"):
            if not self.announced:
                self.announce()
            replies = {stage: self.reply() for stage in stages}
            refused = next(
                (judged(*reply, stage=stage) for stage, reply in replies.items() if reply[0] >= 400), None
            )
            if refused and replies["data"][0] == 354:
                self.connection.send(".\r\n")  # it waits for a mail that nobody is to get
                self.reply()
            return refused
        for stage, command in stages.items():
            self.connection.putcmd(command)
            reply = self.reply()
            if reply[0] >= 400:
                return judged(*reply, stage=stage)
        return None

    def commands(self) -> dict[str, str]:
        utf8 = " SMTPUTF8" if not self.letter.recipient.isascii() else ""
        if utf8:
            self.connection.command_encoding = "utf-8"
        return {
            "mail": f"MAIL FROM:<{self.letter.return_path}>{utf8}",
            "rcpt": f"RCPT TO:<{self.letter.recipient}>",
            "data": "DATA",
        }

    def reply(self) -> tuple[int, bytes]:
        code, words = self.connection.getreply()
        self.replies += 1
        if code == -1 or not 200 <= code < 600:
            raise smtplib.SMTPServerDisconnected("no SMTP reply")
        return code, words


def dotted(mail: bytes) -> bytes:
    """The mail as DATA wants it: leading dots doubled, ended by a dot alone (RFC 5321, 4.5.2)."""
    body = mail.replace(b"\r\n.", b"\r\n..")
    return (body if body.endswith(b"\r\n") else body + b"\r\n") + b".\r\n"


def judged(code: int, words: bytes, *, stage: str) -> Outcome:
    """What a reply means for the mail."""
    reply = f"{code} {words.decode('utf-8', 'replace')}".replace("\n", " ")[:LONGEST_REPLY]
    if stage == "end_of_data" and not 200 <= code < 600:
        return Outcome(Verdict.AMBIGUOUS, stage, reply)
    if code < 400:
        return Outcome(Verdict.ACCEPTED, stage, reply)
    if code < 500:
        return Outcome(Verdict.DEFERRED, stage, reply)
    found = ENHANCED.match(words)
    subject, detail = (found.group(2), found.group(3)) if found else (b"", b"")
    if subject == b"1" and stage == "rcpt" and detail not in OURS:
        return Outcome(Verdict.DEAD, stage, reply)
    return Outcome(
        Verdict.FULL if is_about_mailbox(code, subject, stage=stage) else Verdict.REFUSED, stage, reply
    )


def is_about_mailbox(code: int, subject: bytes, *, stage: str) -> bool:
    """Whether a 5xx speaks of this mailbox only: 5.2.x, or RCPT's own codes for it (RFC 5321, 4.2.2) without a reason.

    Hotmail says "550 5.5.0 mailbox unavailable" to a mailbox that does not exist, Yahoo "552 1 mailbox not found".
    """
    return subject == b"2" or (stage == "rcpt" and 550 <= code <= 553 and subject in (b"", b"5"))


def words_of(error: BaseException) -> str:
    """What to tell support of a broken connection."""
    return f"{type(error).__name__}: {error}"[:LONGEST_REPLY]
