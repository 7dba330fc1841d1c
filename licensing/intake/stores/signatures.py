"""How shops prove that they sent a notification. Nothing here raises: what is malformed is simply not authentic."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

WINDOW: Final = 300  # seconds that a signed moment may lie before or after ours (threats.md, row 27)
_MOST_SIGNATURES: Final = 10  # in one header; during a rotation there are two

Signer = Callable[[str, bytes], str]


def hex_sha256(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) in lower-case hexadecimal."""
    return hmac.digest(_octets(secret), signed, hashlib.sha256).hex()


def base64_sha256(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) in base64 with padding."""
    return base64.b64encode(hmac.digest(_octets(secret), signed, hashlib.sha256)).decode()


def is_signed(
    signed: bytes, *, given: Sequence[str], secrets: Iterable[str], signer: Signer = hex_sha256
) -> bool:
    """Whether one of the given signatures is that of one of the secrets; all are compared, each in constant time.

    An empty secret signs nothing, and an empty signature is none.
    """
    signatures = [signature.strip() for signature in given[:_MOST_SIGNATURES] if signature.strip()]
    results = [
        is_same(signer(secret, signed), signature) for secret in secrets if secret for signature in signatures
    ]
    return any(results)


def is_same(expected: str, given: str) -> bool:
    """Equality in constant time, whatever characters a stranger put in."""
    return hmac.compare_digest(_octets(expected), _octets(given))


def marked(header: str, *, between: str) -> dict[str, list[str]]:
    """What a header such as "t=1,v1=a,v1=b" gives for each mark. Parts without "=" are left out."""
    found: dict[str, list[str]] = {}
    for part in header.split(between, 100)[:100]:
        mark, equals, value = part.strip().partition("=")
        if equals:
            found.setdefault(mark, []).append(value)
    return found


def is_fresh(stamp: str, *, now: datetime, window: int = WINDOW) -> bool:
    """Whether the stamp, in whole seconds since 1970, is at most `window` seconds from now, before or after."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= window


def _octets(value: str) -> bytes:
    return value.encode("utf-8", "backslashreplace")
