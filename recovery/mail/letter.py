"""A finished mail as it goes over the wire, and what a server may say to it."""

from __future__ import annotations

import hashlib
from binascii import b2a_qp
from dataclasses import dataclass, field
from datetime import datetime
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.utils import format_datetime
from enum import StrEnum
from functools import cached_property
from typing import Protocol


class Verdict(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # 4xx, or the server could not be reached or fell silent before it had the mail
    REFUSED = "refused"  # 5xx that says nothing about the mailbox
    FULL = "full"  # 5xx about this mailbox only that may pass: over quota, switched off
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

    @cached_property
    def content(self) -> bytes:
        """The mail after RFC 5322, CRLF line ends. Boundaries come from the Message-ID, so that repeats are alike.

        Put together by hand: the standard library's generator takes five times as long for the same bytes.
        """
        body = self.alternatives()
        if self.attachments:
            body = self.multipart("mixed", [body, *map(part_of, self.attachments)])
        mail = "".join(f"{name}: {value}\n" for name, value in self.headers().items()).encode() + body
        return mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def alternatives(self) -> bytes:
        return self.multipart("alternative", [readable("plain", self.text), readable("html", self.html)])

    def multipart(self, kind: str, parts: list[bytes]) -> bytes:
        """Parts under one header, set apart by the boundary (RFC 2046, 5.1.1)."""
        edge = self.boundary(kind)
        head = f'Content-Type: multipart/{kind}; boundary="{edge}"\n\n'.encode()
        return (
            head
            + b"".join(b"--%s\n%s\n" % (edge.encode(), part) for part in parts)
            + f"--{edge}--\n".encode()
        )

    def headers(self) -> dict[str, str]:
        return {
            "MIME-Version": "1.0",
            "Message-ID": self.message_id,
            "Date": format_datetime(self.date),
            "From": f"{encoded(self.sender_name)} <{self.sender}>",
            "To": self.recipient,
            "Reply-To": self.reply_to,
            "Subject": encoded_subject(self.subject),
            "Auto-Submitted": "auto-generated",  # RFC 3834: so that no robot answers
            "X-Auto-Response-Suppress": "All",
        }

    def boundary(self, kind: str) -> str:
        return "=_" + hashlib.sha256(f"{kind} {self.message_id}".encode()).hexdigest()[:32]


def readable(kind: str, text: str) -> bytes:
    """A text part in quoted-printable: what is plain stays plain to whoever looks at the source."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n'
    return head.encode() + b2a_qp(lines.encode(), istext=True)


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


def part_of(attachment: Attachment) -> bytes:
    kind, _, detail = attachment.content_type.partition("/")
    part = MIMEBase(kind or "application", detail or "octet-stream")
    part.set_payload(attachment.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part.as_bytes()


class Transport(Protocol):
    """Hands mails over; keeps what it needs open between them."""

    def announce(self, letter: Letter) -> None:
        """This one is likely next: what does not hand it over may be done now, without waiting. Never raises."""

    def send(self, letter: Letter) -> Outcome:
        """One attempt at one mail. Never raises for what servers and networks do: that is the outcome."""

    def close(self) -> None:
        """Let go of what is open."""
