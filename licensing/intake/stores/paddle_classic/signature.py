"""`p_signature`: RSA with SHA-1 (PKCS #1 v1.5), in base64, over all other fields, sorted by name, as PHP's `serialize`
writes an array of strings.

SHA-1 is what Paddle Classic signs with. Whoever could make two texts of one hash would still need Paddle to sign one.
"""

from __future__ import annotations

import base64
import binascii
import re
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

SIGNATURE: Final = "p_signature"
_PEM: Final = re.compile(r"-----BEGIN ([A-Z ]{1,40})-----([^-]*)-----END \1-----")
_HASH: Final = hashes.SHA1()  # noqa: S303  # see above


def serialised(fields: Mapping[str, str]) -> bytes:
    """What is signed: PHP counts octets, not characters."""
    names = sorted((name for name in fields if name != SIGNATURE), key=str.encode)
    items = b"".join(php_string(name) + php_string(fields[name]) for name in names)
    return b"a:%d:{%s}" % (len(names), items)


def php_string(value: str) -> bytes:
    octets = value.encode()
    return b's:%d:"%s";' % (len(octets), octets)


def proves(fields: Mapping[str, str], secret: str) -> bool:
    """Whether this public key (in PEM; of a private one its public half) says that Paddle signed these fields."""
    key = public_key(secret)
    if key is None:
        return False
    try:
        key.verify(
            base64.b64decode(fields.get(SIGNATURE, ""), validate=True), serialised(fields), PKCS1v15(), _HASH
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def signature(fields: Mapping[str, str], secret: str) -> str:
    """The signature with this private key; nothing with any other secret, since a public key signs nothing."""
    key = private_key(secret)
    if key is None:
        return ""
    return base64.b64encode(key.sign(serialised(fields), PKCS1v15(), _HASH)).decode()


@lru_cache(maxsize=8)
def public_key(secret: str) -> RSAPublicKey | None:
    private = private_key(secret)
    if private:
        return private.public_key()
    try:
        key = load_pem_public_key(pem_of(secret))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def private_key(secret: str) -> RSAPrivateKey | None:
    if "PRIVATE KEY" not in secret:
        return None
    try:
        key = load_pem_private_key(pem_of(secret), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def pem_of(secret: str) -> bytes:
    """The key with the line breaks that PEM wants: fields of one line, which it is pasted into, take them away."""
    found = _PEM.search(secret)
    if found is None:
        return b""
    lines = textwrap.wrap("".join(found[2].split()), 64)
    return "\n".join([f"-----BEGIN {found[1]}-----", *lines, f"-----END {found[1]}-----", ""]).encode(
        "ascii", "replace"
    )
