"""The markup that support writes mails in. One plain text, from which both parts of a mail are made.

Paragraphs, with a blank line between. A line that begins with `# ` is a heading. `{name}` stands for a fact; alone on
its line it may be a whole block, such as the list of keys. `{{` and `}}` are braces. There is nothing else: no tags,
no attributes, no includes, so that nothing typed can do more than be read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST_SUBJECT: Final = 120
LONGEST_BODY: Final = 4000
LONGEST_LINE: Final = 900  # RFC 5322 lets 998 octets stand; quoted-printable folds, people do not read on
NAME: Final = re.compile(r"[a-z][a-z_]{0,39}")
PIECE: Final = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
# Not printed, or lines of their own to some programs; private use is where facts are marked. Joiners are text.
REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
REFUSED_SIGNS: Final = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b\u2060\u00ad"
)


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: line 0 is the subject."""

    line: int
    words: str


class Refused(Exception):
    """The text cannot be used; each fault is named with its line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"line {each.line}: {each.words}" for each in faults))
        self.faults = faults


@dataclass(frozen=True)
class Slot:
    """Where a fact stands."""

    name: str


Piece = str | Slot
Inline = tuple[Piece, ...]


@dataclass(frozen=True)
class Paragraph:
    """One or more lines; `heading` makes it the mail's title."""

    lines: tuple[Inline, ...]
    heading: bool = False


@dataclass(frozen=True)
class Block:
    """A placeholder alone on its line."""

    name: str


Part = Paragraph | Block


@dataclass(frozen=True)
class Text:
    """A mail's words, taken apart."""

    subject: Inline
    parts: tuple[Part, ...]


def unified(text: str) -> str:
    """As it is kept: one kind of line end, no spaces at the ends of lines, no blank lines around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t\u00a0") for line in lines).strip("\n")


@lru_cache(maxsize=512)
def parse(subject: str, body: str) -> Text:
    """The text taken apart. Raises Refused with every fault of form; which names there are is not looked at."""
    text, faults = read(subject, body)
    if faults:
        raise Refused(faults)
    return text


def read(subject: str, body: str) -> tuple[Text, list[Fault]]:
    """What can be read of it, and every fault of form; a subject or a body with one is not read at all."""
    of_subject, of_body = list(faults_of_subject(subject)), list(faults_of_body(body))
    text = Text(
        () if of_subject else inline(subject.strip()),
        () if of_body else tuple(parts_of(body)),
    )
    return text, [*of_subject, *of_body]


def faults_of_subject(subject: str) -> Iterator[Fault]:
    if not subject.strip():
        yield Fault(0, "The subject is empty.")
    elif len(subject) > LONGEST_SUBJECT:
        yield Fault(0, f"The subject is longer than {LONGEST_SUBJECT} characters.")
        return
    elif "\n" in subject or "\r" in subject:
        yield Fault(0, "The subject must be one line.")
    yield from faults_of_line(0, subject.replace("\n", "").replace("\r", ""))


def faults_of_body(body: str) -> Iterator[Fault]:
    if not body.strip():
        yield Fault(1, "The text is empty.")
    if len(body) > LONGEST_BODY:
        yield Fault(1, f"The text is longer than {LONGEST_BODY:,} characters.")
        return
    for number, line in enumerate(body.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            yield Fault(number, f"This line is longer than {LONGEST_LINE} characters.")
        yield from faults_of_line(number, line)


def faults_of_line(number: int, line: str) -> Iterator[Fault]:
    for sign in dict.fromkeys(line):
        if is_refused(sign):
            yield Fault(
                number, f"The invisible character U+{ord(sign):04X} cannot stand in a mail. Remove it."
            )
    for found in PIECE.finditer(line):
        if found[0] in ("{", "}"):
            yield Fault(
                number, f"A single {found[0]} stands here. Write {found[0] * 2} to have a brace in the mail."
            )
        elif found[1] is not None and not NAME.fullmatch(found[1]):
            yield Fault(number, f"{{{shortened(found[1])}}} is no placeholder.")


def is_refused(sign: str) -> bool:
    return sign in REFUSED_SIGNS or unicodedata.category(sign) in REFUSED_CATEGORIES


def shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def parts_of(body: str) -> Iterator[Part]:
    """Of a text without faults."""
    lines: list[Inline] = []
    for line in [*body.split("\n"), ""]:
        bare = line.strip()
        whole, heading = inline(bare), bare.startswith("# ")
        alone = len(whole) == 1 and isinstance(whole[0], Slot)
        if lines and (not whole or heading or alone):
            yield Paragraph(tuple(lines))
            lines = []
        if heading:
            yield Paragraph((inline(bare[2:].strip()),), heading=True)
        elif alone and isinstance(whole[0], Slot):
            yield Block(whole[0].name)
        elif whole:
            lines.append(whole)


def inline(line: str) -> Inline:
    """Texts and slots of one line without faults."""
    pieces: list[Piece] = []
    text, end = "", 0
    for found in PIECE.finditer(line):
        text, end = text + line[end : found.start()], found.end()
        if found[1] is None:
            text += found[0][0]
            continue
        pieces += [text, Slot(found[1])] if text else [Slot(found[1])]
        text = ""
    text += line[end:]
    return (*pieces, text) if text else tuple(pieces)


def slots_in(line: Inline) -> Iterator[str]:
    yield from (piece.name for piece in line if isinstance(piece, Slot))


def written(text: Text) -> tuple[str, str]:
    """Subject and body again: parsing them gives the same text."""
    return written_line(text.subject), "\n\n".join(map(written_part, text.parts))


def written_part(part: Part) -> str:
    if isinstance(part, Block):
        return f"{{{part.name}}}"
    return ("# " if part.heading else "") + "\n".join(map(written_line, part.lines))


def written_line(line: Inline) -> str:
    return "".join(
        f"{{{piece.name}}}" if isinstance(piece, Slot) else piece.replace("{", "{{").replace("}", "}}")
        for piece in line
    )
