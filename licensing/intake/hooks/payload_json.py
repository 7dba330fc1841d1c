"""Takes card numbers out of JSON token by token: whatever holds none stays as it was written, digit by digit.

A reader that builds the whole value would lose what a number looked like, and break on deep nesting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Final

from licensing.intake.cards import scrub

_TOKEN: Final = re.compile(
    r"""
      "(?: [^"\\]++ | \\. )*+ (?: " | \\?\Z )   # a string, or one that was cut off
    | -?\d[\d.eE+-]*                             # a number
    | [{}\[\]:,]
    | [^"{}\[\]:,\d-]++                          # white space, words, and what is no JSON
    | -
    """,
    re.VERBOSE | re.DOTALL,
)


def scrubbed_json(text: str, apart_from: Collection[str]) -> tuple[str, int]:
    """The text without card numbers in strings, numbers and keys, and how many there were."""
    if "\\" not in text and not scrub(text)[1]:  # no token can hold what the whole does not
        return text, 0
    clean, cards = Tokens(apart_from).scrubbed(text)
    if is_json(text):
        return clean, cards
    clean, more = scrub(clean)  # damaged: what seems to be a field of order numbers may be none
    return clean, cards + more


def is_json(text: str) -> bool:
    """Whether it is whole. Too deep, or with a number of thousands of digits: nobody will read it."""
    try:
        json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


class Tokens:
    """Which field each token belongs to. `name`: of the field whose value is read, also inside its list."""

    def __init__(self, apart_from: Collection[str]) -> None:
        self.apart_from = apart_from
        self.around: list[
            tuple[bool, str]
        ] = []  # for each container that is open: whether we were in an object
        self.in_object = False
        self.awaits_name = False
        self.name = ""
        self.cards = 0

    def scrubbed(self, text: str) -> tuple[str, int]:
        pieces = [self.piece(token[0]) for token in _TOKEN.finditer(text)]
        return "".join(pieces), self.cards

    def piece(self, token: str) -> str:
        first = token[0]
        if first == '"':
            return self.string(token)
        if first in "-0123456789":
            return self.number(token)
        if first in "{[":
            self.around.append((self.in_object, self.name))
            self.in_object = self.awaits_name = first == "{"
        elif first in "}]":
            self.in_object, self.name = self.around.pop() if self.around else (False, "")
            self.awaits_name = False
        elif first == ",":
            self.awaits_name = self.in_object
        elif first == ":":
            self.awaits_name = False
        else:
            return self.number(token)
        return token

    def string(self, token: str) -> str:
        content = content_of(token)
        if self.awaits_name:
            self.name = content
        elif self.name in self.apart_from:
            return token
        return self.without_cards(token, content)

    def number(self, token: str) -> str:
        return token if self.name in self.apart_from else self.without_cards(token, token)

    def without_cards(self, token: str, content: str) -> str:
        clean, cards = scrub(content)
        self.cards += cards
        return json.dumps(clean, ensure_ascii=False) if cards else token


def content_of(token: str) -> str:
    if "\\" not in token:
        return token.strip('"')
    try:
        return str(json.loads(token, strict=False))
    except ValueError:  # cut off, or with an escape that is none
        return token.strip('"')
