"""An administrator makes a key for one of the vendor's systems, and revokes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from licensing.audit.trail import record
from recovery.api_secrets import HINT, digest_of, new_secret
from recovery.errors import NameTaken
from recovery.models import ApiKey, Scope


def make(
    *,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime,
    per_minute: int,
    by: str,
    approved_by: str = "",
) -> tuple[ApiKey, str]:
    """The key's row, and the key itself, which is told this once. Raises `NameTaken`: names are never used again,
    since the audit trail tells callers apart by them."""
    secret = new_secret()
    key = ApiKey(
        name=name,
        digest=digest_of(secret),
        hint=secret[:HINT],
        scopes=" ".join(sorted(scopes)),
        per_minute=per_minute,
        expires_at=expires_at,
        made_by=by,
        approved_by=approved_by,
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
            record("apikey.made", by=by, row=key, details=terms_of(key))
    except IntegrityError as error:
        if ApiKey.objects.filter(name=name).exists():
            raise NameTaken from error
        raise
    key.refresh_from_db()
    return key, secret


def terms_of(key: ApiKey) -> dict[str, str | int]:
    return {
        "name": key.name,
        "scopes": key.scopes,
        "calls a minute": key.per_minute,
        "ends": key.expires_at.isoformat(),
        "approved by": key.approved_by,
    }


def revoke(key_id: UUID, *, by: str, now: datetime) -> bool:
    """The key opens nothing any more, from the next call on; whether it was this call that did."""
    with transaction.atomic():
        revoked = ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=now, revoked_by=by)
        if revoked:
            key = ApiKey.objects.get(pk=key_id)
            record("apikey.revoked", by=by, row=key, details={"name": key.name})
    return bool(revoked)
