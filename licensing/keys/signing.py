"""Signing with Ed25519 (RFC 8032) keys of this service; their private halves rest sealed by the vault."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from licensing.keys.sealed import vault
from licensing.models import SigningKey, SigningPurpose

NAME_LENGTH: Final = 16  # hex digits of the public key's SHA-256


class NoSigningKey(Exception):
    """Nothing can be signed for this purpose yet; the message has the command that makes a key."""

    def __init__(self, purpose: str) -> None:
        super().__init__(
            f"There is no key to sign {SigningPurpose(purpose).label} with. "
            f"Make one: manage.py signing_key new --purpose {purpose}"
        )
        self.purpose = purpose


def current_key(purpose: str) -> SigningKey:
    """The oldest that is not withdrawn: a new one waits until applications know it. Raises `NoSigningKey`."""
    key = SigningKey.objects.filter(purpose=purpose, withdrawn_at=None).order_by("id").first()
    if key is None:
        raise NoSigningKey(purpose)
    return key


def sign(purpose: str, message: bytes) -> tuple[str, bytes]:
    """The signing key's name, and its signature (64 octets) of exactly this message. Raises `NoSigningKey`.

    Begin the message with words that no other kind of message begins with, its version included, so that a signature
    of one kind never passes for one of another.
    """
    key = current_key(purpose)
    return key.name, sign_with(key, message)


def sign_with(key: SigningKey, message: bytes) -> bytes:
    """For a message that must name its key before it is signed. Raises `Tampered` or `UnknownKey`."""
    private = vault().decrypt(bytes(key.sealed), identity=key.identity)
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def verify(purpose: str, *, name: str, message: bytes, signature: bytes) -> bool:
    """Whether the key of that name, of this purpose and not withdrawn, signed exactly this message."""
    key = SigningKey.objects.filter(purpose=purpose, name=name, withdrawn_at=None).first()
    return key is not None and verifies(bytes(key.public), message=message, signature=signature)


def verifies(public: bytes, *, message: bytes, signature: bytes) -> bool:
    """The same with a public key at hand; knows no database."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def new_signing_key(purpose: str) -> SigningKey:
    """Makes and stores a key. It signs when every older one of its purpose is withdrawn, at once if there is none."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = SigningKey(name=name_of(public), purpose=SigningPurpose(purpose), public=public)
    key.sealed = vault().encrypt(private.private_bytes_raw(), identity=key.identity)
    key.save(force_insert=True)
    return key


def name_of(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:NAME_LENGTH]


def withdraw(name: str, *, now: datetime) -> bool:
    """The key signs no more, and `verify` refuses what it signed; False if there is no such key in use.

    Applications go on accepting what it signed until they are shipped without it.
    """
    return bool(SigningKey.objects.filter(name=name, withdrawn_at=None).update(withdrawn_at=now))
