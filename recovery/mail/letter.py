"""A finished mail as it goes over the wire, and what a server may say to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # 4xx, or the server could not be reached or fell silent before it had the mail
    REFUSED = "refused"  # 5xx that says nothing about the mailbox
    FULL = "full"  # 5xx about this mailbox that may pass: over quota, switched off (5.2.x)
    DEAD = "dead"  # 5.1.x at RCPT: there is no such mailbox
    AMBIGUOUS = "ambiguous"  # the mail was handed over and no reply came (RFC 1047)


@dataclass(frozen=True)
class Outcome:
    """The end of an attempt: verdict, the SMTP stage it was reached in, and the server's own words."""

    verdict: Verdict
    stage: str
    reply: str = ""

    @property
    def unreachable(self) -> bool:
        """No server was there at all, so trying the next mail now is of no use."""
        return self.stage == "connect"


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """Everything that decides a mail's bytes: the same letter makes the same bytes."""

    template: str
    message_id: str
    sender: str
    sender_name: str
    reply_to: str
    return_path: str
    recipient: str
    date: datetime
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = field(default=())

    def as_bytes(self) -> bytes:
        """The mail after RFC 5322, CRLF line ends. Boundaries come from the Message-ID, so that repeats are alike."""
        body = self.alternatives()
        if self.attachments:
            mixed = MIMEMultipart("mixed", boundary=self.boundary("mixed"))
            mixed.attach(body)
            for attachment in self.attachments:
                mixed.attach(part_of(attachment))
            body = mixed
        self.add_headers(body)
        written = body.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        # An address in another script stands as it is (RFC 6532), where the library would write it in code.
        return b"To: " + self.recipient.encode() + b"\r\n" + written

    def alternatives(self) -> MIMEMultipart:
        both = MIMEMultipart("alternative", boundary=self.boundary("alternative"))
        both.attach(MIMEText(self.text, "plain", READABLE))  # type: ignore[arg-type]  # takes a Charset, too
        both.attach(MIMEText(self.html, "html", READABLE))  # type: ignore[arg-type]  # the same
        return both

    def add_headers(self, mail: MIMEMultipart) -> None:
        mail["Message-ID"] = self.message_id
        mail["Date"] = format_datetime(self.date)
        mail["From"] = f"{encoded(self.sender_name)} <{self.sender}>"
        mail["Reply-To"] = self.reply_to
        mail["Subject"] = encoded_subject(self.subject)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: so that no robot answers
        mail["X-Auto-Response-Suppress"] = "All"

    def boundary(self, kind: str) -> str:
        return "=_" + hashlib.sha256(f"{kind} {self.message_id}".encode()).hexdigest()[:32]


READABLE = Charset("utf-8")
READABLE.body_encoding = QP


def encoded(name: str) -> str:
    """A display name for a header: quoted when plain, encoded (RFC 2047) when not."""
    plain = " ".join(name.split())
    if plain.isascii():
        return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return Header(plain, "utf-8").encode()


def encoded_subject(subject: str) -> str:
    return (
        subject
        if subject.isascii() and len(subject) < 70
        else Header(subject, "utf-8", header_name="Subject").encode()
    )


def part_of(attachment: Attachment) -> MIMEBase:
    kind, _, detail = attachment.content_type.partition("/")
    part = MIMEBase(kind or "application", detail or "octet-stream")
    part.set_payload(attachment.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part


class Transport(Protocol):
    """Hands mails over; keeps what it needs open between them."""

    def send(self, letter: Letter) -> Outcome:
        """One attempt at one mail. Never raises for what servers and networks do: that is the outcome."""

    def close(self) -> None:
        """Let go of what is open."""
