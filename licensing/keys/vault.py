"""Registration codes at rest: encrypted under rotating keys, found by keyed fingerprints.

A value is: version (1 octet), length of the key id (1 octet), key id (ASCII), nonce (12 octets),
AES-256-GCM ciphertext and tag. Header and row identity are authenticated, so a value that was
altered, or moved to another row, does not open.
"""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION: Final = 1
KEY_LENGTH: Final = 32  # octets
FINGERPRINT_SLOTS: Final = ("a", "b")

_NONCE_LENGTH: Final = 12  # random: good for 2**32 values under one key (NIST SP 800-38D 8.3)
_TAG_LENGTH: Final = 16
_KEY_ID = re.compile("[a-z0-9]{1,16}")
_FEWEST_DISTINCT_OCTETS: Final = 16  # 32 random octets hold about 30; fewer than 16 never happens


class UnknownKey(Exception):
    """The value names a key that this vault was not given."""


class Tampered(Exception):
    """The value is damaged, was altered, or belongs to another row."""


class Vault:
    """Encrypts, decrypts and fingerprints; knows no database and keeps no state but its keys.

    `encryption_keys`: id -> 32 octets; the first encrypts, all decrypt. `fingerprint_keys`: for
    slot `a`, `b` or both (the database has a column for each). Every write fills every slot given:
    while the key rotates both are configured, until all rows carry the new one.
    Raises ValueError for a key, id or slot that does not fit.
    """

    def __init__(self, encryption_keys: Mapping[str, bytes], fingerprint_keys: Mapping[str, bytes]) -> None:
        _check_keys(encryption_keys, fingerprint_keys)
        self._ciphers = {key_id: AESGCM(key) for key_id, key in encryption_keys.items()}
        self._newest = next(iter(encryption_keys))
        self._header = _header(self._newest)
        self._fingerprint_keys = dict(fingerprint_keys)

    @property
    def slots(self) -> frozenset[str]:
        """The fingerprint slots that this vault fills."""
        return frozenset(self._fingerprint_keys)

    def encrypt(self, plaintext: bytes, *, identity: str) -> bytes:
        """Encrypt for the row that `identity` names, under the first key; never the same bytes twice."""
        return self._seal(plaintext, identity, os.urandom(_NONCE_LENGTH))

    def decrypt(self, value: bytes | memoryview, *, identity: str) -> bytes:
        """The plaintext. Raises UnknownKey, or Tampered when value and `identity` do not belong together."""
        value = bytes(value)
        header, key_id = _read_header(value)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnknownKey(f"encrypted under key {key_id!r}, which is not configured")
        start = len(header) + _NONCE_LENGTH
        try:
            return cipher.decrypt(value[len(header) : start], value[start:], header + identity.encode())
        except InvalidTag:
            raise Tampered("the value is damaged or belongs to another row") from None

    def needs_rotation(self, value: bytes | memoryview) -> bool:
        """Whether the value is under another key than the first. Raises Tampered if it has no header."""
        return self.key_id(value) != self._newest

    def key_id(self, value: bytes | memoryview) -> str:
        """The id of the key the value is under, configured or not. Raises Tampered if it has no header."""
        return _read_header(bytes(value))[1]

    def fingerprints(self, normal_form: str, *, edition: str) -> dict[str, bytes]:
        """Slot -> HMAC-SHA256 (32 octets) over edition and normal form, for every configured slot.

        Both parts carry their length in front, so that no two pairs read as the same octets.
        """
        message = _length_prefixed(edition) + _length_prefixed(normal_form)
        return {slot: hmac.digest(key, message, "sha256") for slot, key in self._fingerprint_keys.items()}

    def fingerprints_of_all(self, normal_forms: Sequence[str], *, edition: str) -> dict[str, list[bytes]]:
        """Slot -> the same for many at once, in their order: key and edition are worked in once for all of them."""
        messages, begun = [_length_prefixed(each) for each in normal_forms], _length_prefixed(edition)
        return {
            slot: list(_continued(hmac.new(key, begun, "sha256"), messages))
            for slot, key in self._fingerprint_keys.items()
        }

    def _seal(self, plaintext: bytes, identity: str, nonce: bytes) -> bytes:
        cipher = self._ciphers[self._newest]
        return self._header + nonce + cipher.encrypt(nonce, plaintext, self._header + identity.encode())


def parse_keys(text: str) -> dict[str, bytes]:
    """Read `2026a:BASE64,2025b:BASE64`, as the environment gives it; the order is kept.

    Standard and URL-safe base64 are taken. Raises ValueError for what is not base64, not 32 octets,
    named twice, or plainly not random. The message names entries, never what they hold.
    """
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(text.split(","), start=1):
        key_id, colon, encoded = entry.strip().partition(":")
        if not colon or not _KEY_ID.fullmatch(key_id):
            raise ValueError(f"entry {number} must look like 2026a:BASE64, its id 1 to 16 of a-z and 0-9")
        if key_id in keys:
            raise ValueError(f"key id {key_id!r} is there twice")
        keys[key_id] = _read_key(key_id, encoded.strip())
    return keys


def _read_key(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"key {key_id!r} is not valid base64") from None
    if len(key) != KEY_LENGTH:
        raise ValueError(f"key {key_id!r} is {len(key)} octets long, it must be {KEY_LENGTH}")
    if not _looks_random(key):
        raise ValueError(f"key {key_id!r} is not random: make one with `openssl rand -base64 32`")
    return key


def _looks_random(key: bytes) -> bool:
    """False for what no random source gives: few octets, a pattern, counting, typed text."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    repeats = key in (key + key)[1:-1]
    typed = key.isascii() and key.decode("ascii").isprintable()
    return len(set(key)) >= _FEWEST_DISTINCT_OCTETS and len(steps) > 1 and not repeats and not typed


def _continued(begun: hmac.HMAC, messages: Sequence[bytes]) -> Iterator[bytes]:
    for each in messages:
        mac = begun.copy()
        mac.update(each)
        yield mac.digest()


def _check_keys(encryption_keys: Mapping[str, bytes], fingerprint_keys: Mapping[str, bytes]) -> None:
    if not encryption_keys or not fingerprint_keys:
        raise ValueError("at least one encryption key and one fingerprint key are needed")
    for key_id in encryption_keys:
        if not _KEY_ID.fullmatch(key_id):
            raise ValueError(f"key id {key_id!r} must be 1 to 16 of a-z and 0-9")
    if not set(fingerprint_keys) <= set(FINGERPRINT_SLOTS):
        raise ValueError("fingerprint keys stand in the slots 'a' and 'b' only")
    keys = [*encryption_keys.values(), *fingerprint_keys.values()]
    if any(len(key) != KEY_LENGTH for key in keys):
        raise ValueError(f"every key must be {KEY_LENGTH} octets long")
    if len(set(keys)) < len(keys):
        raise ValueError("one key stands in two places; each needs its own")


def _header(key_id: str) -> bytes:
    return bytes([VERSION, len(key_id)]) + key_id.encode("ascii")


def _read_header(value: bytes) -> tuple[bytes, str]:
    if len(value) < 2 or value[0] != VERSION:
        raise Tampered("this is not a value of a known version")
    end = 2 + value[1]
    key_id = value[2:end].decode("latin-1")
    if not _KEY_ID.fullmatch(key_id) or len(value) < end + _NONCE_LENGTH + _TAG_LENGTH:
        raise Tampered("the value is damaged: its header or end is missing")
    return value[:end], key_id


def _length_prefixed(text: str) -> bytes:
    octets = text.encode()
    return len(octets).to_bytes(4, "big") + octets
