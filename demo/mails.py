"""Reading the demo's mailbox: each mail as a person sees it in a mail program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class File:
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes


class Mail:
    """One mail of the mailbox. What it says stands in its headers and parts; nothing is added."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.raw = path.read_bytes()
        self.message: EmailMessage = message_from_bytes(self.raw, policy=policy.default)

    @property
    def sender(self) -> str:
        return str(self.message["From"])

    @property
    def recipient(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def sent_at(self) -> datetime:
        return parsedate_to_datetime(str(self.message["Date"]))

    @cached_property
    def text(self) -> str:
        return self.body("plain")

    @cached_property
    def html(self) -> str:
        return self.body("html")

    @cached_property
    def files(self) -> list[File]:
        return [file_of(part) for part in self.message.iter_attachments()]

    @property
    def first_words(self) -> str:
        """The beginning of the text, as mail programs show it in their list."""
        return " ".join(self.text.split())[:140]

    def body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""


def file_of(part: EmailMessage) -> File:
    content = part.get_payload(decode=True)
    return File(
        part.get_filename() or "file",
        part.get_content_type(),
        content if isinstance(content, bytes) else b"",
    )


def names(folder: Path) -> list[str]:
    """Every mail's name, newest first; unfinished files have other names."""
    return sorted((path.stem for path in folder.glob("[0-9]*.eml")), reverse=True)


def newest(folder: Path, *, limit: int) -> Iterator[Mail]:
    for name in names(folder)[:limit]:
        yield Mail(folder / f"{name}.eml")


def named(name: str) -> Mail | None:
    """The mail of that name, if it is there. The caller has checked that the name is only a name."""
    path = settings.MAILBOX_DIR / f"{name}.eml"
    return Mail(path) if path.is_file() else None
