"""Takes card numbers out of what shops send, before it is kept: JSON, forms, XML, or any other text.

What holds none comes back as the very same octets. Fields in which keys and order references stand are left alone, by
name: one such number in a hundred looks like a card by chance. Nothing here raises, however deep a document is nested:
what is damaged, or not what it begins as, is gone through as plain text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import quote_plus, unquote_plus, unquote_to_bytes

from licensing.intake.cards import scrub
from licensing.intake.hooks.payload_json import scrubbed_json
from licensing.intake.hooks.payload_xml import scrubbed_xml

_FORM: Final = re.compile(r"[^\s<>\"{}=&]{1,300}=\S*\s*")


def scrubbed(payload: bytes, *, apart_from: Collection[str]) -> tuple[bytes, int]:
    """The payload without card numbers, and how many there were. `apart_from`: names of fields to leave alone."""
    if b"\0" in payload:  # no shop's reader takes it; nothing may hide between its zeros
        less, cards = scrubbed(payload.replace(b"\0", b""), apart_from=apart_from)
        return (less, cards) if cards else (payload, 0)
    if payload.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = scrubbed_xml(payload, apart_from)
        if found is not None:
            return found
    text, codec = decoded(payload)
    clean, cards = scrubbed_text(text, apart_from)
    return (clean.encode(codec), cards) if cards else (payload, 0)


def decoded(octets: bytes) -> tuple[str, str]:
    """As text, and the codec that gives the same octets again: any octets are Latin-1."""
    try:
        return octets.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return octets.decode("latin-1"), "latin-1"


def scrubbed_text(text: str, apart_from: Collection[str]) -> tuple[str, int]:
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return scrubbed_json(text, apart_from)
    return scrubbed_form(text, apart_from) if _FORM.fullmatch(text) else scrubbed_plain(text)


def scrubbed_form(text: str, apart_from: Collection[str]) -> tuple[str, int]:
    """`name=value&…`, percent-encoded. Only the fields that held a number are written anew."""
    pairs, cards = [], 0
    for pair in text.split("&"):
        name, equals, value = pair.partition("=")
        name, in_name = scrubbed_field(name, ())
        if unquote_plus(name) not in apart_from:
            value, in_value = scrubbed_field(value, apart_from)
            cards += in_value
        pairs.append(name + equals + value)
        cards += in_name
    return "&".join(pairs), cards


def scrubbed_field(field: str, apart_from: Collection[str]) -> tuple[str, int]:
    """A percent-encoded text, which may be JSON of its own."""
    content, codec = decoded(unquote_to_bytes(field.replace("+", " ")))
    is_json = content.lstrip()[:1] in ("{", "[")
    clean, cards = scrubbed_json(content, apart_from) if is_json else scrub(content)
    return (quote_plus(clean, encoding=codec), cards) if cards else (field, 0)


def scrubbed_plain(text: str) -> tuple[str, int]:
    """As it is; and if nothing is found, as a reader of XML or of forms would take its escapes."""
    for meant in dict.fromkeys((text, html.unescape(text), unquote_plus(text))):  # mostly one and the same
        clean, cards = scrub(meant)
        if cards:
            return clean, cards
    return text, 0
