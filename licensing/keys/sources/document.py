"""License documents as text: written, read and checked. Pure. docs/verify-licenses.md has each octet.

-----BEGIN LICENSE-----
base64 (RFC 4648, section 4) in lines of 64: version, key name, facts, signature
-----END LICENSE-----
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

BEGIN, END = "-----BEGIN LICENSE-----", "-----END LICENSE-----"
VERSION: Final = 1
NAME_OCTETS: Final = 8
SIGNATURE_OCTETS: Final = 64
LINE: Final = 64  # characters: no mail program wraps so short a line anew
DOMAIN: Final = (
    b"license-recovery license document 1\n"  # so that no other signed message passes for a document
)

_ARMOURED = re.compile(f"{BEGIN}(.*?){END}", re.DOTALL)
_SPACE = re.compile(r"\s+")


class BadDocument(ValueError):
    """This text is no license document, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document taken apart. Nothing in it is true before the signature was checked."""

    key_name: str
    facts: dict[str, str]
    signed: bytes
    signature: bytes


def facts_as_octets(facts: dict[str, str]) -> bytes:
    """JSON in UTF-8, names in any script as themselves."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def to_sign(key_name: str, facts: bytes) -> bytes:
    """Everything in the document but the signature, after the domain."""
    return DOMAIN + bytes([VERSION]) + bytes.fromhex(key_name) + facts


def written(key_name: str, facts: dict[str, str], sign: Callable[[bytes], bytes]) -> str:
    """The armoured text, with a line feed after each line but the last."""
    signed = to_sign(key_name, facts_as_octets(facts))
    content = signed[len(DOMAIN) :] + sign(signed)
    return "\n".join([BEGIN, *wrap(base64.b64encode(content).decode(), LINE), END])


def read(text: str) -> Document:
    """Takes a document apart, however its lines were wrapped and whatever stands around it. Raises `BadDocument`."""
    found = _ARMOURED.search(text)
    if found is None:
        raise BadDocument("no document stands between its BEGIN and END lines")
    try:
        content = base64.b64decode(_SPACE.sub("", found[1]), validate=True)
    except ValueError as error:
        raise BadDocument("what stands between the lines is not base64") from error
    if len(content) <= 1 + NAME_OCTETS + SIGNATURE_OCTETS or content[0] != VERSION:
        raise BadDocument("this is not a document of version 1")
    return taken_apart(content)


def taken_apart(content: bytes) -> Document:
    head, signature = content[:-SIGNATURE_OCTETS], content[-SIGNATURE_OCTETS:]
    try:
        facts = json.loads(head[1 + NAME_OCTETS :].decode())
    except ValueError as error:
        raise BadDocument("its facts are not JSON in UTF-8") from error
    if not isinstance(facts, dict) or not all(isinstance(value, str) for value in facts.values()):
        raise BadDocument("its facts are not an object of texts")
    return Document(
        key_name=head[1 : 1 + NAME_OCTETS].hex(), facts=facts, signed=DOMAIN + head, signature=signature
    )
