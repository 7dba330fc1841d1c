"""Signatures after the Standard Webhooks scheme (standardwebhooks.com, version 1 of its symmetric kind)."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
OCTETS: Final = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(OCTETS)).decode("ascii")


def signatures(webhook_id: str, *, timestamp: int, body: bytes, keys: Iterable[str]) -> str:
    """The header `webhook-signature`: one for each secret, separated by spaces. `timestamp`: seconds since 1970."""
    content = f"{webhook_id}.{timestamp}.".encode() + body
    return " ".join(signature(content, key) for key in keys)


def signature(content: bytes, key: str) -> str:
    secret = base64.b64decode(key.removeprefix(PREFIX), validate=True)
    return "v1," + base64.b64encode(hmac.digest(secret, content, "sha256")).decode("ascii")
