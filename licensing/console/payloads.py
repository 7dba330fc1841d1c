"""What a shop sent, as support may read it: laid out in lines, with registration codes masked.

Conservative: masked is what the shop's own reader takes for a code, what a field called like one holds, and whatever
looks like a code in groups outside of fields that name orders. A masked word too many costs a look into the shop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

from licensing.intake.record import LateCodes, PurchaseRecord, Told
from licensing.keys.code import mask, tail

LONGEST: Final = 40_000  # characters shown; a whole notification is far shorter
SHORTEST_CODE: Final = 4  # shorter ones would be masked inside of ordinary words


def among(words: str) -> frozenset[str]:
    return frozenset(words.split())


CODE_WORDS: Final = among(
    "activation code codes hash key keys licence licences license licenses password registration "
    "secret serial signature token unlock"
)
HARMLESS_LAST: Final = among(
    "at count country currency date display email id ids instances limit name status type url uses usage"
)
HARMLESS_CODES: Final = among("coupon country currency discount language locale offer postal zip")
NAME_WORDS: Final = among(
    "charge checkout customer event id ids intent invoice number order payment purchase receipt ref "
    "reference sale session subscription transaction"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GROUPS = re.compile(r"(?<![\w-])[A-Z0-9]{4,}(?:-[A-Z0-9]{4,}){2,}(?![\w-])")
_ELEMENT = re.compile(r"<([\w.:-]++)([^<>]*+)>([^<>]++)</")  # each sign is looked at once, whatever was sent
_LINE = re.compile(r"^([\w .-]{1,80})=(.*)$", re.MULTILINE)
_PAIR = re.compile(r'"([\w .-]{1,80})"\s*:\s*"((?:[^"\\]|\\.)*)')  # of JSON that is damaged


def readable(
    payload: bytes,
    *,
    codes: Collection[str] = (),
    fields: Collection[str] = (),
    names: Collection[str] = (),
) -> str:
    """The payload for a page: JSON indented, forms one field a line, anything else as it is.

    `codes`: what the shop's reader found in it. `fields`: names of fields in which keys and references stand.
    `names`: what the shop's reader takes for the name of an order or a product; stays readable wherever it is all
    that a field holds.
    """
    text = payload.decode("utf-8", errors="replace")
    shown = Masked(codes, fields, names).laid_out(text)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + "\n… and more"


def codes_in(told: Collection[Told]) -> set[str]:
    """Every registration code that was told."""
    return {code for each in told for code in codes_of(each)}


def names_in(told: Collection[Told]) -> set[str]:
    """What the orders and products are called that were told, codes excepted."""
    orders = [each for each in told if isinstance(each, PurchaseRecord)]
    lines = [line for order in orders for line in order.lines]
    names = {name for line in lines for name in (line.product_ref, line.variant)}
    return names.union(order.reference for order in orders) - codes_in(told) - {""}


def codes_of(told: Told) -> Iterator[str]:
    if isinstance(told, LateCodes):
        yield from told.codes
    if isinstance(told, PurchaseRecord):
        yield from (code for line in told.lines for code in line.codes)


class Masked:
    """One payload's codes, and how each form of text is laid out without them."""

    def __init__(self, codes: Collection[str], fields: Collection[str], names: Collection[str]) -> None:
        self.codes = sorted((code for code in codes if len(code) >= SHORTEST_CODE), key=len, reverse=True)
        self.fields = frozenset(fields)
        self.names = frozenset(names)

    def laid_out(self, text: str) -> str:
        try:
            found = json.loads(text)
            return json.dumps(self.value("", found), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.other(text)

    def other(self, text: str) -> str:
        if text.lstrip().startswith("<"):
            return self.plain(_ELEMENT.sub(self.element, text))
        if "=" in text and "\n" not in text and '"' not in text:
            fields = parse_qsl(text, keep_blank_values=True)
            return "\n".join(f"{name}: {self.value(name, value)}" for name, value in fields)
        text = _PAIR.sub(lambda pair: f'"{pair[1]}": "{self.value(pair[1], pair[2])}', text)
        return self.plain(_LINE.sub(lambda line: f"{line[1]}={self.value(line[1], line[2])}", text))

    def element(self, found: re.Match[str]) -> str:
        return f"<{found[1]}{found[2]}>{self.value(found[1], found[3])}</"

    def value(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.plain(inner): self.value(inner, each) for inner, each in value.items()}
        if isinstance(value, list):
            return [self.value(name, each) for each in value]
        if value is None or isinstance(value, bool):
            return value
        if str(value) in self.names:
            return value
        if self.holds_code(name):
            return mask(tail(str(value))) if str(value) else value
        return self.words(name, value) if isinstance(value, str) else value

    def words(self, name: str, value: str) -> str:
        """Text outside of code fields. Where orders are named, groups of digits and letters are no code."""
        return self.known(value) if words_of(name) & NAME_WORDS else self.plain(value)

    def plain(self, text: str) -> str:
        return _GROUPS.sub(lambda found: mask(tail(found[0])), self.known(text))

    def known(self, text: str) -> str:
        for code in self.codes:
            text = text.replace(code, mask(tail(code)))
        return text

    def holds_code(self, name: str) -> bool:
        words = ordered_words(name)
        if not words or words[-1] in HARMLESS_LAST or HARMLESS_CODES & set(words):
            return False
        if CODE_WORDS & set(words):
            return True
        return name in self.fields and not NAME_WORDS & set(words)


def ordered_words(name: str) -> list[str]:
    """`license_key`, `licenseKey` and `License Key` are the same two words."""
    return [word.lower() for word in _WORD.findall(name)]


def words_of(name: str) -> frozenset[str]:
    return frozenset(ordered_words(name))
