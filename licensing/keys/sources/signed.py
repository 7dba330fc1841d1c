"""Keys that are license documents, signed with Ed25519: applications verify them offline, without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from licensing.keys.sealed import new_key
from licensing.keys.signing import current_key, sign_with, verify
from licensing.keys.sources.document import BadDocument, read, written
from licensing.keys.sources.names import load_names, registered_name
from licensing.models import Edition, KeyState, License, RegistrationKey, SigningKey, SigningPurpose
from licensing.models.base import uuid7


def supply(edition: Edition, licenses: Sequence[License], *, now: datetime) -> dict[UUID, RegistrationKey]:
    """A new document for each license. Raises `NoSigningKey`."""
    signer = current_key(SigningPurpose.LICENSES)
    load_names(licenses)
    return {license.id: stored_key(edition, license, signer, now=now) for license in licenses}


def stored_key(edition: Edition, license: License, signer: SigningKey, *, now: datetime) -> RegistrationKey:
    name = registered_name(license)
    text = written(
        signer.name,
        facts_of(edition, license, name=name, now=now),
        lambda message: sign_with(signer, message),
    )
    key = new_key(edition=edition, code=text, registered_name=name)
    key.state = KeyState.SERVING
    key.save(force_insert=True)
    return key


def facts_of(edition: Edition, license: License, *, name: str, now: datetime) -> dict[str, str]:
    """What the document says. `document` differs each time: a license may get a second one on the same day."""
    ends = {"expires": day(license.expires_at)} if license.expires_at else {}
    return {
        "product": edition.product.slug,
        "title": edition.product.name,
        "sku": edition.sku,
        "platform": edition.platform,
        "version": edition.version,
        "name": name,
        "issued": day(now),
        **ends,
        "license": str(license.id),
        "document": str(uuid7()),
    }


def day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def is_genuine(text: str) -> bool:
    """Whether a key of ours that is not withdrawn signed this document, as `docs/verify-licenses.md` checks it."""
    try:
        document = read(text)
    except BadDocument:
        return False
    return verify(
        SigningPurpose.LICENSES,
        name=document.key_name,
        message=document.signed,
        signature=document.signature,
    )
