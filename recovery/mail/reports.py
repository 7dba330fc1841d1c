"""Reading what mail servers send back: delivery reports (RFC 3464) and complaints (RFC 5965).

A mail is a `multipart/report` outermost, or it is none. Its parts are read as text and never opened: a report inside
the returned mail says nothing, and a thousand nested parts cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser, HeaderParser
from enum import StrEnum

from recovery.mail.words import without_addresses

MOST_BYTES = 1024 * 1024
MOST_OF_A_HEAD = 64 * 1024
LONGEST_CONTENT_TYPE = 1000  # the standard parser takes quadratic time over its parameters
MOST_PARTS = 20
MOST_RECIPIENTS = 50
MOST_TEXT = 16 * 1024

DELIVERY_PARTS = {"message/delivery-status", "message/global-delivery-status"}
COMPLAINTS = {
    "abuse",
    "fraud",
}  # other feedback (RFC 6430's not-spam, authentication results) is no complaint
STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
SERVERS_STATUS = re.compile(r"\s*(?:5\d\d[ -]?)?\s*(5\.\d{1,3}\.\d{1,3})\b")
ABOUT_THE_SENDER = {"5.1.7", "5.1.8"}  # RFC 3463: our own address is what is wrong


class Kind(StrEnum):
    """What came back."""

    DELIVERY = "delivery"
    COMPLAINT = "complaint"
    REPLY = "reply"  # a robot that answers for its mailbox, or a receipt: somebody is there
    OTHER = "other"


@dataclass(frozen=True)
class Recipient:
    """What a delivery report says of one recipient. `words` are the server's own, without addresses."""

    addresses: tuple[str, ...]
    action: str
    status: str
    words: str

    @property
    def is_dead(self) -> bool:
        """There is no such mailbox: 5.1.x, unless it speaks of the sender's address."""
        return self.status.startswith("5.1.") and self.status not in ABOUT_THE_SENDER


@dataclass(frozen=True)
class Report:
    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    text: str = ""

    @property
    def failure(self) -> Recipient | None:
        """The final failure, if everyone it was for failed; of several, the one that says least against the mailbox."""
        if not self.recipients or any(each.action != "failed" for each in self.recipients):
            return None
        return min(self.recipients, key=lambda each: each.is_dead)


def read_report(mail: bytes) -> Report:
    """What a mail that came back says. Never raises: what cannot be read says nothing."""
    try:
        return understood(*split(normal(mail)))
    except Exception:  # the standard parser fails in a dozen ways on what was made to break it
        return Report(Kind.OTHER)


def recipients_of(mail: bytes) -> list[str]:
    """The header lines in which the receiving server says whom the mail came for, the most trusted first."""
    try:
        head, _ = split(normal(mail))
    except Exception:  # as above
        return []
    names = ("Delivered-To", "X-Original-To", "To")
    return [str(value)[:LONGEST_CONTENT_TYPE] for name in names for value in head.get_all(name, [])[:10]]


def normal(mail: bytes) -> bytes:
    return mail[:MOST_BYTES].replace(b"\r\n", b"\n")


def split(part: bytes) -> tuple[Message, bytes]:
    """The head and the body as it stands. Raises ValueError for a head that is no mail's."""
    head, _, body = part.partition(b"\n\n")
    parsed = BytesHeaderParser().parsebytes(head + b"\n\n") if len(head) <= MOST_OF_A_HEAD else None
    if parsed is None or len(str(parsed.get("Content-Type", ""))) > LONGEST_CONTENT_TYPE:
        raise ValueError("head too long")
    return parsed, body


def understood(head: Message, body: bytes) -> Report:
    multipart = head.get_content_maintype() == "multipart"
    parts = list(parts_of(head, body)) if multipart else [(head, body)]
    if head.get_content_type() == "multipart/report":
        for part, content in parts:
            kind = part.get_content_type()
            if kind in DELIVERY_PARTS:
                return Report(Kind.DELIVERY, tuple(recipients_in(text_of(part, content))))
            if kind == "message/feedback-report":
                return complaint_or_not(text_of(part, content))
            if kind == "message/disposition-notification":
                return Report(Kind.REPLY)
    if is_reply(head):
        return Report(Kind.REPLY)
    texts = (text_of(part, content) for part, content in parts if part.get_content_type() == "text/plain")
    return Report(Kind.OTHER, text=next(texts, "")[:MOST_TEXT])


def is_reply(head: Message) -> bool:
    """A robot's answer, such as a holiday note (RFC 3834). Some servers' bounces in words say so of themselves, too."""
    submitted = str(head.get("Auto-Submitted", "")).strip().lower()
    return submitted.startswith("auto-replied") and "X-Failed-Recipients" not in head


def parts_of(head: Message, body: bytes) -> Iterator[tuple[Message, bytes]]:
    boundary = head.get_boundary()
    if not boundary:
        return
    fence = re.compile(rb"^--" + re.escape(boundary.encode()) + rb"(?:--)?[ \t]*\n?$", re.MULTILINE)
    for part in fence.split(body, maxsplit=MOST_PARTS)[1:]:
        with suppress(ValueError):  # what follows the last part need not be one
            yield split(part.removeprefix(b"\n"))


def text_of(part: Message, content: bytes) -> str:
    part.set_payload(content.decode("ascii", "surrogateescape"))
    decoded = part.get_payload(decode=True)
    return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else ""


def complaint_or_not(text: str) -> Report:
    feedback = str(HeaderParser().parsestr(text.lstrip())["Feedback-Type"] or "")
    return Report(Kind.COMPLAINT if feedback.strip().lower() in COMPLAINTS else Kind.REPLY)


def recipients_in(status: str) -> Iterator[Recipient]:
    """One for each block of fields that is about a recipient; the first block is about the mail."""
    for block in re.split(r"\n[ \t]*\n", status.replace("\r\n", "\n"), maxsplit=MOST_RECIPIENTS):
        fields = HeaderParser().parsestr(block.lstrip())
        if "Action" in fields:
            yield recipient_of(fields)


def recipient_of(fields: Message) -> Recipient:
    said = str(fields.get("Diagnostic-Code", ""))
    kind, _, diagnostic = said.partition(";") if ";" in said else ("", "", said)
    addresses = (str(fields.get(name, "")) for name in ("Original-Recipient", "Final-Recipient"))
    status = first(STATUS, str(fields.get("Status", "")))
    if (
        status == "5.0.0" and kind.strip().lower() == "smtp"
    ):  # a server that never says more, quoting one that did
        status = first(SERVERS_STATUS, diagnostic) or status
    return Recipient(
        addresses=tuple(each.partition(";")[2].strip(" \t\n<>") for each in addresses if ";" in each),
        action=(str(fields["Action"]).split() or [""])[0].lower(),
        status=status,
        words=without_addresses(diagnostic) or status,
    )


def first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return found.group(1) if found else ""
