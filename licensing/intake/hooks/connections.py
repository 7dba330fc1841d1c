"""Connections to shops: their secret addresses, what signs their notifications, and the keys to their APIs."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from licensing.intake.hooks.events import replay_for_key
from licensing.intake.shop import Shop
from licensing.intake.stores import KINDS
from licensing.keys.sealed import vault
from licensing.models import Connection, Store

ADDRESS_OCTETS: Final = 20  # 160 bits, 32 letters and digits in base32: nobody guesses one
ADDRESS: Final = re.compile("[a-z2-7]{32}")
LONGEST_SECRET: Final = (
    4000  # characters: a public key in PEM, which some shops call the secret, has some 800
)
PARTS: Final = ("address", "secret", "former_secret", "api_key")  # the columns `sealed_…`


class BadSecret(ValueError):
    """What was given as a secret or API key cannot be one; the message says why, to people."""


def connect(
    *,
    store: Store,
    name: str,
    test: bool,
    secret: str = "",
    api_key: str = "",
    allowed_networks: str = "",
    keys_per_day: int = 100,
) -> Connection:
    """A new connection with an address of its own, which counts from now on. Raises `BadSecret`."""
    made = Connection(
        store=store, name=name, test=test, allowed_networks=allowed_networks, keys_per_day=keys_per_day
    )
    readdress(made)
    made.sealed_secret = sealed(made, "secret", checked(secret))
    made.sealed_api_key = sealed(made, "api_key", checked(api_key))
    made.save(force_insert=True)
    return made


def shop_of(connection: Connection) -> Shop:
    """The kind of shop at the other end. Raises KeyError for a kind that is no longer known."""
    return KINDS[connection.store.kind]


def by_address(address: str) -> Connection | None:
    """The connection that this is the address of, active or not."""
    if not ADDRESS.fullmatch(address):
        return None
    return Connection.objects.select_related("store").filter(address_mark=mark_of(address)).first()


def address_of(connection: Connection) -> str:
    """The whole URL that the shop sends to. Raises `Tampered` or `UnknownKey`."""
    return f"{settings.PUBLIC_URL}/hooks/{opened(connection, 'address')}/"


def new_address(connection: Connection) -> str:
    """Give it another address; the old one leads nowhere from now on. Returns the URL."""
    readdress(connection)
    connection.save(update_fields=["address_mark", "sealed_address"])
    return address_of(connection)


def secrets_of(connection: Connection, *, now: datetime) -> list[str]:
    """What may sign its notifications: the current secret, and the former one for as long as it was kept."""
    former = connection.former_until is not None and connection.former_until > now
    found = [opened(connection, "secret"), opened(connection, "former_secret") if former else ""]
    return [secret for secret in found if secret]


def change_secret(connection: Connection, *, secret: str, keep_former_for: timedelta, now: datetime) -> None:
    """Set the secret; what it was until now is good for a while longer, so that shop and we need not change at the same
    moment. Raises `BadSecret`."""
    new = checked(secret)
    with transaction.atomic():
        locked = Connection.objects.select_for_update().get(pk=connection.pk)
        former = opened(locked, "secret") if keep_former_for > timedelta(0) else ""
        connection.sealed_secret = sealed(locked, "secret", new)
        connection.sealed_former_secret = sealed(locked, "former_secret", former)
        connection.former_until = now + keep_former_for if former else None
        connection.save(update_fields=["sealed_secret", "sealed_former_secret", "former_until"])


def api_key_of(connection: Connection) -> str:
    """What the shop's API is asked with; empty if there is none."""
    return opened(connection, "api_key")


def set_api_key(connection: Connection, *, api_key: str) -> int:
    """Set it, or take it away with an empty one. Notifications that could not be understood without one, or that nobody
    confirmed, are looked at again: how many. Raises `BadSecret`."""
    connection.sealed_api_key = sealed(connection, "api_key", checked(api_key))
    connection.save(update_fields=["sealed_api_key"])
    return replay_for_key(connection) if api_key else 0


def readdress(connection: Connection) -> None:
    address = base64.b32encode(secrets.token_bytes(ADDRESS_OCTETS)).decode("ascii").lower()
    connection.address_mark = mark_of(address)
    connection.sealed_address = sealed(connection, "address", address) or b""


def mark_of(address: str) -> bytes:
    """What an address is found by: 160 random bits need no salt and no key."""
    return hashlib.sha256(address.encode("ascii")).digest()


def checked(secret: str) -> str:
    """Without the white space that copying picks up around it."""
    secret = secret.strip()
    if len(secret) > LONGEST_SECRET or "\0" in secret:
        raise BadSecret(f"A secret has at most {LONGEST_SECRET:,} characters, and none of them is NUL.")
    return secret


def sealed(connection: Connection, part: str, value: str) -> bytes | None:
    return vault().encrypt(value.encode(), identity=identity(connection.pk, part)) if value else None


def opened(connection: Connection, part: str) -> str:
    value: Any = getattr(connection, f"sealed_{part}")
    return vault().decrypt(bytes(value), identity=identity(connection.pk, part)).decode() if value else ""


def identity(connection_id: UUID, part: str) -> str:
    """What a sealed column is bound to."""
    return f"connection:{connection_id}:{part}"
