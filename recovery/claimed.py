"""What a customer typed about a changed address: sealed, since it may hold a code, and read by support alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licensing.intake.cards import scrub
from licensing.keys.stored import existing_key, stored_key
from recovery.models import OwnerChange
from recovery.plain_text import CONTROL

LONGEST_LINE: Final = 300  # characters
LONGEST_TEXT: Final = 2000
KEY: Final = "owner-claims"  # rotated with all stored keys
NONCE: Final = 12  # octets, random


@dataclass(frozen=True)
class Asked:
    """One question of support's, and what the customer answered; times as ISO 8601 has them, empty before."""

    question: str
    by: str
    at: str
    answer: str = ""
    answered_at: str = ""

    @property
    def is_answered(self) -> bool:
        return bool(self.answered_at)

    @property
    def asked_on(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def answered_on(self) -> datetime | None:
        return datetime.fromisoformat(self.answered_at) if self.answered_at else None


@dataclass(frozen=True)
class Claimed:
    """As it was typed, less what steers a terminal and what looks like a card number (not in order and code), and
    what support asked about it since."""

    old_address: str = ""
    order: str = ""
    name: str = ""
    code: str = ""
    text: str = ""
    talk: tuple[Asked, ...] = ()

    @property
    def question(self) -> Asked | None:
        """The one that is not answered yet."""
        return self.talk[-1] if self.talk and not self.talk[-1].is_answered else None


TYPED: Final = ("old_address", "order", "name", "code", "text")


def tidied(typed: dict[str, str]) -> Claimed:
    """The known fields of what was typed, each at most as long as is kept."""
    plain = {name: tidy(name, typed.get(name, "")) for name in TYPED}
    return Claimed(plain["old_address"], plain["order"], plain["name"], plain["code"], plain["text"])


def tidy(name: str, typed: str) -> str:
    longest = LONGEST_TEXT if name == "text" else LONGEST_LINE
    plain = CONTROL.sub("", typed.replace("\r\n", "\n")).strip()[:longest]
    return plain if name in ("order", "code") else scrub(plain)[0]


def sealed(claimed: Claimed, *, change_id: UUID) -> bytes:
    """Nonce, ciphertext and tag (AES-256-GCM), bound to the change."""
    nonce = os.urandom(NONCE)
    octets = json.dumps(asdict(claimed)).encode()
    return nonce + AESGCM(stored_key(KEY)).encrypt(nonce, octets, change_id.bytes)


def opened(claimed: bytes | memoryview | None, *, change_id: UUID) -> Claimed | None:
    """What was typed; None where nothing is kept, or it cannot be read any more."""
    key = existing_key(KEY) if claimed else None
    return opened_by(key, claimed, change_id)


def opened_all(changes: Iterable[OwnerChange]) -> list[tuple[OwnerChange, Claimed | None]]:
    """Each of them with what was typed about it. One query besides theirs."""
    found = list(changes)
    key = existing_key(KEY) if found else None
    return [(each, opened_by(key, each.claimed, each.pk)) for each in found]


def opened_by(key: bytes | None, claimed: bytes | memoryview | None, change_id: UUID) -> Claimed | None:
    if key is None or claimed is None:
        return None
    value = bytes(claimed)
    try:
        said = json.loads(AESGCM(key).decrypt(value[:NONCE], value[NONCE:], change_id.bytes))
    except InvalidTag:
        return None
    talk = tuple(Asked(**each) for each in said.pop("talk", ()))
    return Claimed(**said, talk=talk)
