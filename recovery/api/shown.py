"""Licenses, keys and moves as programs read them. Moments are RFC 3339 in UTC."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from licensing.holdings import Holding
from recovery.exchange.facts import Unit
from recovery.models import Exchange

Shown = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def licenses(holdings: Iterable[Holding]) -> Iterator[Shown]:
    """One for each license, also where several share a key and are one card on the page."""
    for holding in holdings:
        for license_id in holding.license_ids:
            yield {"id": str(license_id), **of_both(holding), **of_license(holding)}


def unplaced(holdings: Iterable[Holding]) -> list[Shown]:
    """What was bought and is no license yet, since nobody has said what the shop's product means."""
    return [{**of_both(each), "quantity": each.units} for each in holdings if not each.license_ids]


def of_both(holding: Holding) -> Shown:
    return {
        "product": holding.product,
        "standing": str(holding.standing),
        "registered_name": holding.registered_name,
        "purchased_at": moment(holding.purchased_at),
        "shop": holding.shop,
        "order": holding.order,
    }


def of_license(holding: Holding) -> Shown:
    return {
        "version": holding.version,
        "sku": holding.sku,
        "platform": holding.runs_on,
        "key": key(holding),
        "download_url": holding.download_url or None,
        "activation_help": holding.activation_help,
        "former_keys": [
            {
                "tail": former.tail,
                "replaced_at": moment(former.replaced_at),
                "valid_until": moment(former.valid_until),
            }
            for former in holding.history
        ],
    }


def key(holding: Holding) -> Shown | None:
    """The code, or the licence file, of a license that has one and is in good standing."""
    if holding.file_name and holding.content:
        return {"code": None, "file": file(holding)}
    return {"code": holding.code, "file": None} if holding.code else None


def file(holding: Holding) -> Shown:
    return {"name": holding.file_name, "content": base64.b64encode(holding.content).decode()}


def prospect(unit: Unit) -> Shown:
    """What the policy says of moving a license now. What a move would cost is told only where it is allowed."""
    decision = unit.decision
    allowed = decision.allowed
    return {
        "license": str(unit.license.pk),
        "platform": unit.license.edition.platform,
        "to": [each.platform for each in unit.targets],
        "verdict": str(decision.verdict),
        "reason": str(decision.reason),
        "allowed_from": moment(decision.allowed_from),
        "moves_left_after": decision.left if allowed else None,
        "next_move_from": moment(decision.next_from) if allowed else None,
        "old_key_until": moment(decision.old_key_until) if allowed else None,
        "undo_until": moment(unit.undoable.old_key_until) if unit.undoable else None,
        "latest": exchange(unit.latest) if unit.latest else None,
    }


def exchange(each: Exchange) -> Shown:
    return {
        "id": str(each.pk),
        "state": str(each.state),
        "from": each.from_edition.platform,
        "to": each.to_edition.platform,
        "asked_at": moment(each.asked_at),
        "completed_at": moment(each.completed_at),
        "old_key_until": moment(each.old_key_until),
        "undone_at": moment(each.undone_at),
    }
