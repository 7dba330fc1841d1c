"""What the vendor's systems read: facts of orders, licenses and mails, by ids. Never a code, nor what could be one."""

from __future__ import annotations

from recovery.api.shown import Shown, moment
from recovery.models import ApiKey


def key(own: ApiKey) -> Shown:
    return {
        "id": str(own.pk),
        "name": own.name,
        "scopes": sorted(own.allowed),
        "calls_per_minute": own.per_minute,
        "expires_at": moment(own.expires_at),
    }
