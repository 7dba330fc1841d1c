"""The list of retired codes as bytes: what applications read and check (docs/retired-keys.md). Pure; knows no database.

The signed text names its format, so that a signature over it can stand for nothing else; sequence and expiry stand
inside it (threats.md, row 55).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

FULL: Final = "license-recovery/retired-keys"
CHANGES: Final = "license-recovery/retired-keys-changes"
VERSION: Final = 1
FINGERPRINT_LENGTH: Final = 8  # octets: no fewer than 64 bits, or innocent codes are hit

Changes = dict[str, tuple[list[bytes], list[bytes]]]


@dataclass(frozen=True, slots=True)
class Issue:
    """Which list this is: each document that is issued has a sequence of its own, higher than all before."""

    sequence: int
    issued_at: datetime
    expires_at: datetime


def fingerprint(normal_form: bytes) -> bytes:
    """The first 64 bits of the SHA-256 of a code's normal form in UTF-8, or of a licence file's bytes."""
    return sha256(normal_form).digest()[:FINGERPRINT_LENGTH]


def packed(fingerprints: Iterable[bytes]) -> bytes:
    """Each of them once, in the order of their octets."""
    return b"".join(sorted(set(fingerprints)))


def digest(codes: Mapping[str, bytes]) -> str:
    """One SHA-256 for the whole list (SKU -> packed fingerprints), as hex.

    Every SKU that has codes makes a piece: hex SHA-256 of its name, then that of its packed fingerprints. The pieces,
    sorted as text and joined, are hashed once more: sorted hex reads the same in every language.
    """
    pieces = (
        sha256(sku.encode()).hexdigest() + sha256(each).hexdigest() for sku, each in codes.items() if each
    )
    return sha256("".join(sorted(pieces)).encode()).hexdigest()


def full_text(issue: Issue, codes: Mapping[str, bytes]) -> str:
    """What is signed of a whole list."""
    blobs = {sku: encoded(each) for sku, each in sorted(codes.items()) if each}
    return text({**head(FULL, issue), "digest": digest(codes), "codes": blobs})


def changes_text(issue: Issue, *, since: int, changes: Changes, digest: str) -> str:
    """What is signed of the changes between two lists; `digest` is that of the later one."""
    blobs = {
        sku: {"added": encoded(packed(added)), "removed": encoded(packed(removed))}
        for sku, (added, removed) in sorted(changes.items())
    }
    return text({**head(CHANGES, issue), "since": since, "digest": digest, "changes": blobs})


def envelope(signed: str, *, key: str, signature: bytes) -> bytes:
    """The document: the signed text as it was signed, the signing key's name and the signature."""
    return text({"key": key, "signature": encoded(signature), "signed": signed}).encode()


def head(name: str, issue: Issue) -> dict[str, Any]:
    return {
        "format": name,
        "version": VERSION,
        "sequence": issue.sequence,
        "issued": moment(issue.issued_at),
        "expires": moment(issue.expires_at),
    }


def moment(when: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def encoded(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
