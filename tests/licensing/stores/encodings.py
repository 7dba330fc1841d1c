"""Turns spoilt documents into what shops send that do not send JSON: forms, and XML."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr


def as_form(document: Any) -> bytes:
    """A dict as a form, one within another as `outer[inner]`; what is no dict, as it would be typed."""
    if not isinstance(document, dict):
        return octets(document)
    return b"&".join(octets(name) + b"=" + octets(value) for name, value in flat(document))


def as_lines(document: Any) -> bytes:
    """A dict as lines of KEY=VALUE."""
    if not isinstance(document, dict):
        return octets(document)
    return "\n".join(f"{name}={plain(value)}" for name, value in flat(document)).encode(
        "utf-8", "surrogatepass"
    )


def as_xml(document: Any) -> bytes:
    """Elements as `xml_fields` reads them, written again."""
    if not isinstance(document, dict):
        return plain(document).encode("utf-8", "surrogatepass")
    return "".join(elements(document)).encode("utf-8", "surrogatepass")


def elements(inside: dict[str, Any]) -> list[str]:
    return [
        element(name, each)
        for name, value in inside.items()
        if name and not name.startswith("@")
        for each in (value if isinstance(value, list) else [value])
    ]


def element(name: str, value: Any) -> str:
    if not isinstance(value, dict):
        return f"<{name}>{escape(plain(value))}</{name}>"
    attributes = "".join(
        f" {key[1:]}={quoteattr(plain(each))}" for key, each in value.items() if key[:1] == "@"
    )
    return f"<{name}{attributes}>{escape(plain(value.get('', '')))}{''.join(elements(value))}</{name}>"


def flat(document: dict[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in document.items():
        if isinstance(value, dict) and value:
            pairs += [(f"{name}[{inner}]", each) for inner, each in value.items()]
        else:
            pairs.append((name, value))
    return pairs


def plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def octets(value: Any) -> bytes:
    return quote(plain(value).encode("utf-8", "surrogatepass"), safe="").encode()
