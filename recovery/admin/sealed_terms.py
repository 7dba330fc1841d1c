"""A search term as it stands in an address of ours: sealed, to be opened by nobody but the session that typed it.

Terms are people's names and addresses, and registration codes. An address of a page stays in the browser's history, in
a proxy's log, in a bookmark and in whatever records who looked at what; the term must stay in none of them. The key is
made from our secret and the session's own: with the session it is gone.
"""

from __future__ import annotations

import base64
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recovery.tokens import derive

LONGEST: Final = 4_000  # octets; proxies take addresses of 8,000 characters
_NONCE: Final = 12  # octets, random


class NotOurs(Exception):
    """Not sealed by this session; perhaps by one that is over."""


def seal(term: str, *, session: str) -> str:
    """The term for an address, never twice the same. Raises ValueError where it is too long."""
    octets = term.encode()
    if len(octets) > LONGEST:
        raise ValueError(f"the term is longer than {LONGEST} octets")
    nonce = os.urandom(_NONCE)
    sealed = nonce + _cipher(session).encrypt(nonce, octets, None)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def opened(token: str, *, session: str) -> str:
    """The term. Raises `NotOurs`."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return _cipher(session).decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()
    except (ValueError, InvalidTag) as error:
        raise NotOurs from error


def _cipher(session: str) -> AESGCM:
    return AESGCM(derive("search-term", session.encode()))
