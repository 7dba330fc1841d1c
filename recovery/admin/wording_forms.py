"""What the pages of mail texts send: read as it was typed, and kept as it was typed when something is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.http import QueryDict

from recovery.journeys.wordings import Written
from recovery.mail.wording.kinds import KINDS
from recovery.mail.wording.markup import Fault, unified
from recovery.mail.wording.phrases import ALL, LINE, PHRASES_MAIL, Phrase, lines_of
from recovery.models import Wording

FIELD: Final = "phrase-"  # how the fields of small words are called
LONGEST_REASON: Final = 300


@dataclass(frozen=True)
class Typed:
    """A text as it stands in the form, with what is wrong with it."""

    mail: str
    language: str
    subject: str
    body: str
    reason: str = ""
    seen: str = ""
    faults: tuple[Fault, ...] = field(default=())

    def written(self) -> Written:
        """As it would be kept."""
        return Written(self.mail, self.language, self.subject.strip(), unified(self.body))

    def of_subject(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.line == 0]

    def of_body(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.line]


def typed_in(data: QueryDict, *, mail: str, language: str) -> Typed:
    small = mail == PHRASES_MAIL
    return Typed(
        mail=mail,
        language=language,
        subject="" if small else data.get("subject", ""),
        body=phrases_in(data) if small else data.get("body", ""),
        reason=data.get("reason", "").strip()[:LONGEST_REASON],
        seen=data.get("seen", ""),
    )


def phrases_in(data: QueryDict) -> str:
    """The fields of small words as lines; what a field holds is one line, whatever is sent."""
    return lines_of({phrase.name: " ".join(data.get(FIELD + phrase.name, "").split()) for phrase in ALL})


def beginning(mail: str, language: str, row: Wording | None) -> Typed:
    """What the form shows first: that version, or the text that is built in."""
    if row is not None:
        return Typed(mail, language, row.subject, row.body)
    kind = KINDS.get(mail)
    return Typed(mail, language, kind.subject if kind else "", kind.body if kind else "")


@dataclass(frozen=True)
class PhraseField:
    """One small word in the form."""

    phrase: Phrase
    value: str
    faults: list[str]

    @property
    def name(self) -> str:
        return FIELD + self.phrase.name

    @property
    def slots(self) -> list[str]:
        return sorted(self.phrase.slots)


def phrase_fields(typed: Typed) -> Iterator[PhraseField]:
    """Every small word with what is typed for it, and with what is wrong with that."""
    lines = typed.body.split("\n")
    found = {}
    for number, line in enumerate(lines, start=1):
        if matched := LINE.fullmatch(line):
            found[matched[1]] = (number, matched[2])
    for phrase in ALL:
        number, value = found.get(phrase.name, (0, ""))
        faults = [fault.words for fault in typed.faults if number and fault.line == number]
        yield PhraseField(phrase, value, faults)
