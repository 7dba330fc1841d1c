"""A mail as its reader has it: the text, the link to click, the code to type, the files."""

import email
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")
_CODE = re.compile(r"^[ \t]*([0-9A-Z]{4})-?([0-9A-Z]{4})[ \t]*$", re.MULTILINE)


class _FromTheWire(Protocol):
    @property
    def raw(self) -> bytes: ...


class _FromDjango(Protocol):
    def message(self) -> Message: ...


Mail = EmailMessage | _FromTheWire | _FromDjango | bytes | Path


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes


def read(mail: Mail) -> EmailMessage:
    """Parses a received mail, a mail of Django's, the bytes of one, or an .eml file."""
    if isinstance(mail, EmailMessage):
        return mail
    return email.message_from_bytes(_bytes_of(mail), policy=policy.default)


def text_of(mail: Mail) -> str:
    """The plain text; AssertionError when there is none."""
    return _body(mail, "plain")


def html_of(mail: Mail) -> str:
    """The HTML; AssertionError when there is none."""
    return _body(mail, "html")


def links_in(mail: Mail) -> list[str]:
    """Every link of the plain text, in its order, each once."""
    return list(dict.fromkeys(_LINK.findall(text_of(mail))))


def html_links_in(mail: Mail) -> list[str]:
    """Every link of the HTML, in its order, each once."""
    collector = _Links()
    collector.feed(html_of(mail))
    return list(dict.fromkeys(collector.found))


def link_in(mail: Mail, *, path: str = "") -> str:
    """The first link of the plain text, or the first with `path` in it; AssertionError when there is none."""
    found = next((link for link in links_in(mail) if path in link), None)
    assert found is not None, f"no link with {path!r} in:\n{text_of(mail)}"
    return found


def code_in(mail: Mail) -> str:
    """The one code of 8 characters on a line of its own, without its dash; else AssertionError."""
    codes: set[str] = {first + second for first, second in _CODE.findall(text_of(mail))}
    assert len(codes) == 1, f"one code wanted, found {sorted(codes)} in:\n{text_of(mail)}"
    return codes.pop()


def attachments_of(mail: Mail) -> list[Attachment]:
    """The files, in their order, with their bytes as they will be saved."""
    return [_attachment(part) for part in read(mail).iter_attachments()]


def _attachment(part: Message) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        part.get_filename() or "", part.get_content_type(), content if isinstance(content, bytes) else b""
    )


def _bytes_of(mail: "_FromTheWire | _FromDjango | bytes | Path") -> bytes:
    if isinstance(mail, bytes):
        return mail
    if isinstance(mail, Path):
        return mail.read_bytes()
    return mail.raw if hasattr(mail, "raw") else mail.message().as_bytes()


def _body(mail: Mail, kind: str) -> str:
    part = read(mail).get_body((kind,))
    assert part is not None, f"the mail has no {kind} part"
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.extend(value for name, value in attrs if name == "href" and value)
