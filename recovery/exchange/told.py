"""What endpoints are told of a move."""

from __future__ import annotations

from typing import Any

from licensing.outgoing.facts import product_of
from recovery.models import Exchange


def done(exchange: Exchange) -> dict[str, Any]:
    new = exchange.to_assignment
    return {
        **moved(exchange),
        "cause": exchange.kind,
        "old_key": exchange.from_assignment.key_id,
        "new_key": new.key_id if new else None,
        "old_key_until": exchange.old_key_until,
    }


def taken_back(exchange: Exchange) -> dict[str, Any]:
    return {**moved(exchange), "key": exchange.from_assignment.key_id}


def moved(exchange: Exchange) -> dict[str, Any]:
    return {
        "exchange": exchange.pk,
        "license": exchange.license_id,
        "customer": exchange.license.owner_id,
        "from": product_of(exchange.from_edition),
        "to": product_of(exchange.to_edition),
    }
