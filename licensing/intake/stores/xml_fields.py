"""Reads what shops send as XML, and refuses all that XML can do besides holding fields.

The standard library's expat does the reading. A document type declaration is the only place where entities and external
files can be declared, and is refused before expat sees anything: no bomb, no file, no other host. Depth and the number
of elements are bounded, and so are the character sets.

An element becomes a text, or, if it holds others or has attributes, a dict: of its children by name (a list where one
name is there twice), its attributes under "@name", and its own text under "". JSON of the same shape reads alike.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.parsers import expat

from licensing.intake.shop import NotUnderstood
from licensing.intake.stores.form_fields import codec_of, decoded
from licensing.intake.stores.json_fields import Fields

MOST_DEPTH: Final = 32
MOST_ELEMENTS: Final = 20_000
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)["']""")
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

Element = dict[str, Any]


def document(body: bytes) -> Element:
    """The whole document: its root element under the root's name. Raises `NotUnderstood`."""
    text = text_of(body)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotUnderstood("Its XML declares a document type, which is not read.")
    reader = Reader()
    try:
        reader.parser.Parse(text, True)
    except expat.ExpatError as error:
        raise NotUnderstood(f"It is not well-formed XML (line {error.lineno}).") from None
    return reader.open[0]


def text_of(body: bytes) -> str:
    """The document as text, by its byte order mark or by what it declares, else UTF-8."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return decoded(body[len(mark) :], codec)
    declared = _DECLARED.match(body)
    return decoded(body, codec_of(declared[1].decode("ascii") if declared else ""))


class Reader:
    """Builds the dicts while expat reads. `open` is the document, and the elements that are open."""

    def __init__(self) -> None:
        self.open: list[Element] = [{}]
        self.elements = 0
        self.parser = expat.ParserCreate("utf-8")  # whatever is declared: it was decoded here
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if len(self.open) > MOST_DEPTH or self.elements > MOST_ELEMENTS:
            raise NotUnderstood("Its XML is nested too deeply, or has too many elements.")
        own = {key: value for key, value in attributes.items() if not key.startswith("xmlns")}
        self.open.append({f"@{plain(key)}": value for key, value in own.items()})

    def characters(self, text: str) -> None:
        self.open[-1][""] = self.open[-1].get("", "") + text

    def end(self, name: str) -> None:
        element = self.open.pop()
        text = element.pop("", "").strip()
        if element and text:
            element[""] = text
        add(self.open[-1], plain(name), element or text)


def plain(name: str) -> str:
    """The name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def add(parent: Element, name: str, value: object) -> None:
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]


class Elements(Fields):
    """The children and attributes of an element, read as fields are: text beside attributes counts as the text, one
    child as a list of one, and an element without any as one without children.
    """

    def raw(self, name: str) -> str:
        value = self.values.get(name)
        if isinstance(value, dict) and isinstance(own := value.get("", ""), str):
            return Fields({name: own}, self.path).raw(name)
        return super().raw(name)

    def fields(self, name: str) -> Elements:
        if self.values.get(name) == "":
            return Elements({}, self.where(name))
        return Elements(super().fields(name).values, self.where(name))

    def each(self, name: str) -> list[Fields]:
        value = self.values.get(name)
        several = value if isinstance(value, list) else [value]
        children = [{} if child == "" else child for child in several if child is not None]
        return [
            Elements(child.values, child.path) for child in Fields({name: children}, self.path).each(name)
        ]
