"""Reads what shops post as forms (application/x-www-form-urlencoded), and lines of `KEY=VALUE`.

Bounded and strict: no field is guessed. Of a name that is there twice the last counts, as in Rails and PHP, which most
of these shops and their receivers are written in. Names of forms within forms stay as they are: `variants[Tier]`.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from licensing.intake.shop import NotUnderstood

MOST_FIELDS: Final = 1_000
CHARSETS: Final = {  # what these shops say that they write, and how it is read
    "": "utf-8",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "windows-1252",  # as browsers do: the same letters, and the quotes that people type
    "windows-1252": "windows-1252",
}
_INNER = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")


def form(body: bytes, *, charset: str = "") -> dict[str, str]:
    """The fields of a form, or of a query without its "?". `charset`: as a shop names it, UTF-8 if it names none.

    Raises `NotUnderstood`.
    """
    codec = codec_of(charset)
    pairs = [pair for pair in body.strip().split(b"&") if pair]
    refuse_too_many(len(pairs))
    fields = {}
    for pair in pairs:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        fields[decoded(unquote_to_bytes(name), codec)] = decoded(unquote_to_bytes(value), codec)
    return fields


def lines(body: bytes, *, charset: str = "") -> dict[str, str]:
    """The fields of a text of lines such as `KEY=VALUE`. Lines without "=" say nothing. Raises `NotUnderstood`."""
    rows = [row for row in body.splitlines() if b"=" in row]
    refuse_too_many(len(rows))
    codec = codec_of(charset)
    pairs = [decoded(row, codec).partition("=") for row in rows]
    return {name.strip(): value.strip() for name, _, value in pairs}


def inner(fields: Mapping[str, str], name: str) -> dict[str, str]:
    """The form within a form: of `variants[Tier]=Pro` and the name `variants`, `Tier` is `Pro`."""
    found = ((_INNER.fullmatch(field), value) for field, value in fields.items())
    return {match[2]: value for match, value in found if match and match[1] == name}


def charset_of(content_type: str) -> str:
    """What a Content-Type header says of the charset; empty if nothing."""
    match = re.search(r"charset\s*=\s*\"?([\w.:-]+)", content_type, re.IGNORECASE)
    return match[1] if match else ""


def codec_of(charset: str) -> str:
    codec = CHARSETS.get(charset.strip().lower())
    if codec is None:
        raise NotUnderstood("It is written in a character set that is not read here.")
    return codec


def decoded(value: bytes, codec: str) -> str:
    try:
        return value.decode(codec)
    except UnicodeDecodeError:
        raise NotUnderstood("It holds characters that are not of its character set.") from None


def refuse_too_many(count: int) -> None:
    if count > MOST_FIELDS:
        raise NotUnderstood(f"It has more than {MOST_FIELDS:,} fields.")
