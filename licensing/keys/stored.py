"""Making, reading and destroying the keys that this service keeps for itself."""

import os
from typing import Final

from licensing.keys.sealed import vault
from licensing.models.stored import StoredKey, stored_identity

LENGTH: Final = 32  # octets


def stored_key(name: str) -> bytes:
    """The key of that name, made now if there is none; two who make it at once get the same.

    Raises `Tampered` or `UnknownKey` where the vault does not open it.
    """
    return existing_key(name) or made_key(name)


def existing_key(name: str) -> bytes | None:
    """The key of that name; None where there is none, or none any more. Raises as `stored_key`."""
    sealed = StoredKey.objects.filter(name=name).values_list("sealed", flat=True).first()
    return vault().decrypt(bytes(sealed), identity=stored_identity(name)) if sealed else None


def made_key(name: str) -> bytes:
    sealed = vault().encrypt(os.urandom(LENGTH), identity=stored_identity(name))
    StoredKey.objects.bulk_create([StoredKey(name=name, sealed=sealed)], ignore_conflicts=True)
    key = existing_key(name)
    if key is None:
        raise LookupError(f"the key {name!r} was destroyed while it was made")
    return key


def adopt_key(name: str, key: bytes) -> None:
    """Use a key that another installation made, in the place of ours, if there is one. What stands under ours cannot
    be read then: only for where there is nothing yet."""
    sealed = vault().encrypt(key, identity=stored_identity(name))
    StoredKey.objects.update_or_create(name=name, defaults={"sealed": sealed})


def destroy_key(name: str) -> bool:
    """What is under that key can be read by nobody any more, backups aside. Whether there was one."""
    deleted, _ = StoredKey.objects.filter(name=name).delete()
    return bool(deleted)
