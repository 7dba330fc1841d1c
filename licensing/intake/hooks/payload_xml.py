"""Takes card numbers out of XML, in texts and attributes, read by expat without document types, so without entities."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from licensing.intake.cards import scrub

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'


class _Refused(Exception):
    """It declares a document type."""


def scrubbed_xml(payload: bytes, apart_from: Collection[str]) -> tuple[bytes, int] | None:
    """The document without card numbers, and how many there were; None if it is none that can be read.

    One that held a number is written anew, in UTF-8 and without comments.
    """
    document = Document(apart_from)
    try:
        document.parser.Parse(payload, True)
    except (
        expat.ExpatError,
        _Refused,
        LookupError,
        ValueError,
    ):  # the last two: of a charset that Python lacks
        return None
    if not document.cards:
        return payload, 0
    return document.written(), document.cards


class Document:
    """What expat reads, in pieces to be written again: markup, and texts that are still to be escaped."""

    def __init__(self, apart_from: Collection[str]) -> None:
        self.apart_from = apart_from
        self.markup: list[str] = [DECLARATION]
        self.texts: dict[int, str] = {}  # by their place in the markup
        self.open: list[list[int]] = []  # for each open element, where its own texts stand
        self.cards = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.CommentHandler = self.aside
        self.parser.ProcessingInstructionHandler = lambda target, data: self.aside(data)
        self.parser.StartDoctypeDeclHandler = self.refuse

    def start(self, name: str, attributes: dict[str, str]) -> None:
        written = [f" {key}={quoteattr(self.clean(key, value))}" for key, value in attributes.items()]
        self.markup.append(f"<{name}{''.join(written)}>")
        self.open.append([])

    def text(self, text: str) -> None:
        self.open[-1].append(len(self.markup))
        self.texts[len(self.markup)] = text
        self.markup.append("")

    def end(self, name: str) -> None:
        """An element's texts as one: a number may be parted by a comment, or by an element within."""
        places = self.open.pop()
        content = "".join(self.texts[place] for place in places)
        clean = self.clean(name, content)
        if clean != content:
            self.texts |= dict.fromkeys(places, "") | {places[0]: clean}
        self.markup.append(f"</{name}>")

    def clean(self, name: str, text: str) -> str:
        if name.rpartition(":")[2] in self.apart_from:
            return text
        clean, cards = scrub(text)
        self.cards += cards
        return clean

    def aside(self, text: str) -> None:
        self.cards += scrub(text)[1]

    def refuse(self, *_: object) -> None:
        raise _Refused

    def written(self) -> bytes:
        for place, text in self.texts.items():
            self.markup[place] = escape(text)
        return "".join(self.markup).encode("utf-8", "replace")
