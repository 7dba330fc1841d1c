"""Registration keys and the configured vault: making, reading and finding them."""

from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.core.signals import setting_changed
from django.db.models import Q, QuerySet

from licensing.keys.code import normalise, tail
from licensing.keys.vault import Vault
from licensing.models import Edition, RegistrationKey
from licensing.models.keys import key_identity


@lru_cache(maxsize=1)
def vault() -> Vault:
    """The vault that the settings configure."""
    return Vault(settings.ENCRYPTION_KEYS, settings.FINGERPRINT_KEYS)


def forget_vault(*, setting: str, **_: object) -> None:
    if setting in ("ENCRYPTION_KEYS", "FINGERPRINT_KEYS"):
        vault.cache_clear()


setting_changed.connect(forget_vault, dispatch_uid="forget_vault")


def new_key(
    *, edition: Edition, code: str, seats: int | None = 1, registered_name: str = ""
) -> RegistrationKey:
    """An unsaved key for this code, sealed and findable. Raises `CodeError` where the code cannot be one."""
    marks = vault().fingerprints(normalise(code, form=edition.code_form), edition=str(edition.id))
    key = RegistrationKey(
        edition=edition,
        tail=tail(code),
        seats=seats,
        registered_name=registered_name,
        fingerprint_a=marks.get("a"),
        fingerprint_b=marks.get("b"),
    )
    key.sealed = vault().encrypt(code.encode(), identity=key.identity)
    return key


def new_key_file(
    *,
    edition: Edition,
    content: bytes,
    file_name: str,
    content_type: str,
    seats: int | None = 1,
    registered_name: str = "",
) -> RegistrationKey:
    """The same for a licence file, found by its exact bytes."""
    marks = vault().fingerprints(content.hex(), edition=str(edition.id))
    key = RegistrationKey(
        edition=edition,
        file_name=file_name,
        content_type=content_type,
        seats=seats,
        registered_name=registered_name,
        fingerprint_a=marks.get("a"),
        fingerprint_b=marks.get("b"),
    )
    key.sealed = vault().encrypt(content, identity=key.identity)
    return key


def content_of(key: RegistrationKey) -> bytes:
    """The code's or file's bytes. Raises `Tampered` or `UnknownKey`."""
    return vault().decrypt(bytes(key.sealed), identity=key.identity)


def with_code(code: str, *, edition: Edition) -> QuerySet[RegistrationKey]:
    """Keys of that edition whose code is the same in its normal form: one at most."""
    marks = vault().fingerprints(normalise(code, form=edition.code_form), edition=str(edition.id))
    found = Q(pk__in=[])
    for slot, mark in marks.items():
        found |= Q(**{f"fingerprint_{slot}": mark})
    return RegistrationKey.objects.filter(found, edition=edition)


def seal(code: str, *, key_id: UUID | str) -> bytes:
    """The code's bytes sealed to the key of that id, for rows that are written in bulk."""
    return vault().encrypt(code.encode(), identity=key_identity(key_id))
