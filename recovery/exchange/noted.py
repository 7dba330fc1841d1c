"""What support did with a move, in the audit trail."""

from __future__ import annotations

from collections.abc import Iterable

from licensing.audit.trail import record
from recovery.models import Exchange


def note_deed(deed: str, exchanges: Iterable[Exchange], *, by: str, reason: str = "") -> None:
    """In the caller's transaction, filed under each license's owner. `deed`: "approved", "declined", …"""
    for exchange in exchanges:
        about = {
            "from": exchange.from_edition.sku,
            "to": exchange.to_edition.sku,
            "license": str(exchange.license_id),
            "now": exchange.state,
        }
        owner = exchange.license.owner_id
        record(f"move.{deed}", by=by, customer=owner, row=exchange, reason=reason, details=about)
