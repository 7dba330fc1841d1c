"""Each secret for one purpose only (NIST SP 800-57 part 1, 5.2): one that leaks must not open what another locks."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

KEYS = ("ENCRYPTION_KEYS", "FINGERPRINT_KEYS")
SECRETS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")


def shared_keys(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, by variable: every one that holds a key of another, or one key under two ids. The values are those
    of `Environment`, by the names of its fields."""
    problems = {name: "has one key under two ids" for name in KEYS if has_twins(keys_of(values, name))}
    for one, other in pairs_that_share(values):
        problems[one] = f"has the same key as {other}: make a fresh one for each"
        problems[other] = f"has the same key as {one}: make a fresh one for each"
    return problems


def pairs_that_share(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one, other in combinations(KEYS, 2):
        if set(keys_of(values, one)) & set(keys_of(values, other)):
            yield one, other
    for name in KEYS:
        for secret in SECRETS:
            if any(stands_in(key, values[secret.lower()]) for key in keys_of(values, name)):
                yield name, secret


def keys_of(values: Mapping[str, Any], name: str) -> list[bytes]:
    return list(values[name.lower()].values())


def has_twins(keys: list[bytes]) -> bool:
    return len(set(keys)) < len(keys)


def stands_in(key: bytes, secret: str | list[str]) -> bool:
    """Whether the secret, or one of several, is made of the key in one of the ways that keys are written."""
    ways = (base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode(), key.hex())
    texts = [secret] if isinstance(secret, str) else secret
    return any(way.rstrip("=") in text for text in texts for way in ways)
