"""What an entry says of people, encrypted so that erasing one person takes nobody else's with it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licensing.keys.stored import existing_key, stored_key
from licensing.models import AuditEntry

NONCE: Final = 12  # octets, random
MONTH: Final = "month:"  # how the names of months' keys begin


def key_name(customer: UUID | None, *, now: datetime) -> str:
    """The customer's own key; for what concerns nobody in particular that of the month, which is kept as long as
    requests are."""
    return f"customer:{customer}" if customer else f"{MONTH}{now:%Y-%m}"


def sealed(said: Mapping[str, Any], *, entry: UUID, key: str) -> bytes:
    """Nonce, ciphertext and tag (AES-256-GCM), bound to the entry."""
    text = json.dumps(said, default=str, ensure_ascii=False, separators=(",", ":"))
    nonce = os.urandom(NONCE)
    octets = text.encode(errors="backslashreplace")  # half a surrogate pair is no UTF-8, and still was typed
    return nonce + AESGCM(stored_key(key)).encrypt(nonce, octets, entry.bytes)


def opened(entry: AuditEntry) -> dict[str, Any] | None:
    """What the entry says; None where its key was destroyed. Raises `InvalidTag` where it was tampered with."""
    key = existing_key(entry.key)
    return opened_with(key, entry) if key else None


def opened_with(key: bytes, entry: AuditEntry) -> dict[str, Any]:
    """The same for many entries under one key, which is asked for once."""
    value = bytes(entry.sealed)
    said: dict[str, Any] = json.loads(AESGCM(key).decrypt(value[:NONCE], value[NONCE:], entry.pk.bytes))
    return said
