"""Which placeholders a text may have and must have, by the mail that it is of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from recovery.mail.wording.kinds import BLOCK, KINDS, Kind
from recovery.mail.wording.markup import Block, Fault, Paragraph, Refused, Text, read, slots_in
from recovery.mail.wording.phrases import Phrases


@dataclass(frozen=True)
class Words:
    """What a mail is written with instead of its template. `id` is that of the row, where there is one."""

    mail: str
    language: str
    subject: str
    body: str
    phrases: Phrases = ()
    id: UUID | None = None


@lru_cache(maxsize=512)
def understood(mail: str, subject: str, body: str) -> Text:
    """The text of that mail, taken apart. Raises Refused with every fault of form and of placeholders."""
    kind = KINDS[mail]
    text, faults = read(subject, body)
    faults += faults_of_names(text, kind, body)
    if text.parts:
        faults += what_is_missing(text, kind)
    if faults:
        raise Refused(faults)
    return text


def faults_of_names(text: Text, kind: Kind, body: str) -> Iterator[Fault]:
    for name in slots_in(text.subject):
        found = kind.placeholder(name)
        if found is None or not found.in_subject:
            can = ", ".join(f"{{{each.name}}}" for each in kind.placeholders if each.in_subject)
            yield Fault(0, f"{{{name}}} cannot stand in the subject. These can: {can}.")
    for part in text.parts:
        yield from faults_of_part(part, kind, body)


def faults_of_part(part: Paragraph | Block, kind: Kind, body: str) -> Iterator[Fault]:
    if isinstance(part, Paragraph):
        for name in (name for line in part.lines for name in slots_in(line)):
            found = kind.placeholder(name)
            if found is None:
                yield Fault(line_of(name, body), f"{{{name}}} is not known in this mail.")
            elif found.form == BLOCK:
                yield Fault(line_of(name, body), f"{{{name}}} must stand alone on its line.")
    elif kind.placeholder(part.name) is None:
        yield Fault(line_of(part.name, body), f"{{{part.name}}} is not known in this mail.")


def what_is_missing(text: Text, kind: Kind) -> Iterator[Fault]:
    there = {name for part in text.parts for name in names_in(part)}
    for group in kind.required:
        if not there.intersection(group):
            yield Fault(
                1, f"{' or '.join(f'{{{name}}}' for name in group)} is missing: this mail cannot do without."
            )


def names_in(part: Paragraph | Block) -> list[str]:
    if isinstance(part, Block):
        return [part.name]
    return [name for line in part.lines for name in slots_in(line)]


def line_of(name: str, body: str) -> int:
    """Where it stands, first of all where it stands among other words."""
    slot = f"{{{name}}}"
    found = [
        (line.strip() == slot, number)
        for number, line in enumerate(body.split("\n"), start=1)
        if slot in line
    ]
    return min(found)[1] if found else 1
