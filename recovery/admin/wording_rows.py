"""What the pages of mail texts list: every mail in every language, and the versions of one text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language_info

from recovery.mail.wording.in_use import WordingsInUse
from recovery.mail.wording.kinds import KINDS
from recovery.mail.wording.phrases import PHRASES, PHRASES_MAIL
from recovery.models import Wording

SHOWN: Final = 20  # versions of a text; the list has them all


def title_of(mail: str) -> str:
    """What a mail is called; it may be one of an earlier release."""
    if mail == PHRASES_MAIL:
        return "Small words"
    return KINDS[mail].title if mail in KINDS else mail


def language_name(code: str) -> str:
    return str(get_language_info(code)["name"])


@dataclass(frozen=True)
class Line:
    """One mail in one language: the version in use, or none where it is built in."""

    mail: str
    title: str
    when: str
    row: Wording | None
    address: str = ""


@dataclass(frozen=True)
class Group:
    """A language with its mails."""

    code: str
    name: str
    own: bool
    lines: tuple[Line, ...]


def at_a_glance() -> list[Group]:
    """One query."""
    used = {(row.mail, row.language): row for row in Wording.objects.filter(active=True).order_by()}
    return [
        Group(code, language_name(code), code == settings.MAIL_LANGUAGES[0], tuple(lines_of(code, used)))
        for code in settings.MAIL_LANGUAGES
    ]


def lines_of(code: str, used: dict[tuple[str, str], Wording]) -> Iterator[Line]:
    small = "What stands inside blocks and in the foot of every mail."
    told = {**{kind.name: kind.when for kind in KINDS.values()}, PHRASES_MAIL: small}
    for mail, when in told.items():
        address = reverse("admin:wording_edit", args=[mail, code])
        yield Line(mail, title_of(mail), when, used.get((mail, code)), address)


@dataclass(frozen=True)
class Version:
    """A version and how it differs from the one before, line by line: (word for the tone, line)."""

    row: Wording
    changes: tuple[tuple[str, str], ...]


def versions_of(mail: str, language: str) -> list[Version]:
    """The latest first."""
    rows = list(Wording.objects.of(mail, language)[: SHOWN + 1])
    earlier = [*rows[1:], None]
    return [
        Version(row, tuple(changes(before, row)))
        for row, before in zip(rows[:SHOWN], earlier[:SHOWN], strict=False)
    ]


def changes(before: Wording | None, row: Wording) -> Iterator[tuple[str, str]]:
    was = [before.subject, *before.body.split("\n")] if before else []
    now = [row.subject, *row.body.split("\n")]
    # Not `ndiff`: it looks for likeness within lines, and takes a minute for some hundred short ones.
    for deed, start, end, at, to in SequenceMatcher(None, was, now).get_opcodes():
        if deed == "equal":
            yield from (("same", line) for line in was[start:end])
            continue
        yield from (("gone", line) for line in was[start:end])
        yield from (("added", line) for line in now[at:to])


def still_english(language: str) -> int:
    """How many small words nobody has translated into the language."""
    if language.partition("-")[0] == "en":
        return 0
    return len(PHRASES) - len(WordingsInUse.now().phrases(language))
