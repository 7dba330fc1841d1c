"""The examples of docs/verify-licenses.md, and documents that applications must tell apart."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licensing.keys.signing import name_of
from licensing.keys.sources.document import written

DOCUMENT = Path(__file__).parents[3] / "docs" / "verify-licenses.md"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
NAME = name_of(PUBLIC)
PUBLIC_KEYS = {NAME: base64.b64encode(PUBLIC).decode()}
FACTS = {"product": "video-cutter", "name": "Зоя 山田 O'Neil", "issued": "2026-06-01"}
GENUINE = written(NAME, FACTS, PRIVATE.sign)


def example(language: str) -> str:
    """The one block of that language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    return str(block)


def python_reader() -> Any:
    names: dict[str, Any] = {}
    exec(compile(example("python"), str(DOCUMENT), "exec"), names)
    return names["read_license"]


def content() -> bytes:
    return base64.b64decode("".join(GENUINE.split("\n")[1:-1]))


def armoured(octets: bytes) -> str:
    return f"-----BEGIN LICENSE-----\n{base64.b64encode(octets).decode()}\n-----END LICENSE-----"


def changed(at: int) -> str:
    octets = bytearray(content())
    octets[at] ^= 1
    return armoured(bytes(octets))


GOOD = {
    "as written": GENUINE,
    "in a mail": f"Hello,\r\n\r\n {GENUINE}\r\nRegards".replace("\n", "\r\n "),
    "in one line": GENUINE.replace("\n", " "),
}
BAD = {
    "nothing": "",
    "no document": "Dear customer, here is your license.",
    "empty": armoured(b""),
    "too short": armoured(content()[:73]),
    "not base64": "-----BEGIN LICENSE-----\n***\n-----END LICENSE-----",
    "quoted": "\n".join(f"> {line}" for line in GENUINE.split("\n")),
    "another version": changed(0),
    "an unknown key": changed(1),
    "a changed fact": changed(20),
    "a changed signature": changed(-1),
    "cut short": armoured(content()[:-1]),
    "another's signature": written(NAME, FACTS, Ed25519PrivateKey.from_private_bytes(bytes(32)).sign),
    "signed as something else": written(NAME, FACTS, lambda message: PRIVATE.sign(message[1:])),
}
