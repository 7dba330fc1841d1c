"""What the vendor's systems read: facts of orders, licenses and mails, by ids. Never a code, nor what could be one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from licensing.holdings import standing_of
from licensing.models import Customer, Edition, HookEvent, License, Purchase, PurchaseLine
from recovery.api.shown import Shown, moment
from recovery.figures.buckets import seconds_of
from recovery.models import ApiKey, DayFigure, Exchange, Figure, Message

# What stands before the @ of an address that a mail server quotes. Anchored at its beginning, or a long word without
# an @ would be gone through again from each of its letters.
MAILBOX: Final = re.compile(r"(?<![^\s\"'<>()\[\],;:])[^\s\"'<>()\[\],;:@]+(@|%40)|\"[^\"@]{1,64}\"(@)")
# References that are no numbers of the shop's, but addresses of people.
OF_PEOPLE: Final = ("account",)


def tag_of(document: Shown) -> str:
    """The `ETag`: another one as soon as anything of the document is another."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def named(key: UUID | None) -> str | None:
    return str(key) if key else None


def key(own: ApiKey) -> Shown:
    return {
        "id": str(own.pk),
        "name": own.name,
        "scopes": sorted(own.allowed),
        "calls_per_minute": own.per_minute,
        "expires_at": moment(own.expires_at),
    }


def purchase(row: Purchase) -> Shown:
    facts = ("ordered_at", "recorded_at", "paid_at", "refunded_at", "disputed_at", "won_at")
    return {
        "id": str(row.pk),
        "store": row.store.name,
        "reference": row.reference,
        "state": row.state.value,
        "buyer": named(row.buyer_id),
        "told_as": named(row.same_as_id),
        **{name: moment(getattr(row, name)) for name in facts},
        "refunded_units": row.refunded_units,
        "references": [
            {"kind": each.kind, "value": each.value}
            for each in sorted(row.references.all(), key=lambda each: (each.kind, each.value))
            if each.kind not in OF_PEOPLE
        ],
        "lines": [line(each) for each in row.lines.all()],
        "marked_refunds": [
            {"line": named(each.line_id), "units": each.units, "by": each.by, "at": moment(each.at)}
            for each in getattr(row, "standing_marks", ())
        ],
    }


def line(row: PurchaseLine) -> Shown:
    return {
        "id": str(row.pk),
        "product_ref": row.product_ref,
        "variant": row.variant,
        "name": row.name,
        "quantity": row.quantity,
        "receiver": named(row.receiver_id),
        "placed_at": moment(row.placed_at),
    }


def customer(row: Customer) -> Shown:
    addresses = sorted(row.known_addresses(), key=lambda each: each.pk)
    return {
        "id": str(row.pk),
        "full_name": row.full_name,
        "company": row.company,
        "language": row.language,
        "newsletter_consent": row.newsletter_consent,
        "created_at": moment(row.created_at),
        "addresses": [
            {"address": each.address, "former_since": moment(each.former_since)} for each in addresses
        ],
    }


def license(row: License, *, now: datetime) -> Shown:
    serving = next(iter(getattr(row, "serving", ())), None)
    return {
        "id": str(row.pk),
        "purchase": str(row.line.purchase_id),
        "line": str(row.line_id),
        "unit": row.unit,
        "customer": named(row.owner_id),
        "sku": row.edition.sku,
        "product": row.edition.product.name,
        "platform": row.edition.platform,
        "standing": str(standing_of(row, has_key=serving is not None, now=now)),
        "expires_at": moment(row.expires_at),
        "refunded_at": moment(row.refunded_at),
        "revoked_at": moment(row.revoked_at),
        "revoked_reason": row.revoked_reason,
        "key": {"id": str(serving.key_id), "tail": serving.key.tail, "since": moment(serving.starts_at)}
        if serving
        else None,
    }


def edition(row: Edition) -> Shown:
    return {
        "id": str(row.pk),
        "sku": row.sku,
        "product": row.product.name,
        "version": row.version,
        "platform": row.platform,
        "key_source": row.key_source,
        "low_stock_level": row.low_stock_level,
        "stocked_at": moment(row.stocked_at),
    }


def exchange(row: Exchange) -> Shown:
    times = ("asked_at", "completed_at", "undone_at", "ended_at", "old_key_until")
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "state": row.state,
        "license": str(row.license_id),
        "customer": named(row.license.owner_id),
        "from": row.from_edition.platform,
        "from_sku": row.from_edition.sku,
        "to": row.to_edition.platform,
        "to_sku": row.to_edition.sku,
        "by": row.by,
        "reason": row.reason,
        "undone_by": row.undone_by,
        **{name: moment(getattr(row, name)) for name in times},
    }


def message(row: Message, *, readers: Mapping[str, UUID]) -> Shown:
    """No body, which is stored nowhere, and not the address: that may be anybody's who was typed in."""
    times = ("created_at", "due_at", "attempt_at", "accepted_at")
    address = row.request.address if row.request else ""
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "state": row.state,
        "withheld_because": row.withheld_because or None,
        "customer": named(readers.get(row.request.address)) if row.request else None,
        "composed_as": row.template or None,
        "attempts": row.attempts,
        "ambiguous": row.ambiguous,
        "reply": without_names(row.reply, of=address),
        **{name: moment(getattr(row, name)) for name in times},
        "failed_attempts": [
            {
                "number": each.number,
                "outcome": each.outcome,
                "stage": each.stage,
                "reply": without_names(each.reply, of=address),
                "ended_at": moment(each.ended_at),
            }
            for each in row.failed_attempts.all()
        ],
    }


def without_names(reply: str, *, of: str = "") -> str:
    """The server's words, of each address in them only the domain. `of`: whom the mail went to, whose name servers
    quote in forms of their own, without the domain, say."""
    name = of.rpartition("@")[0]
    apart = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", reply, flags=re.IGNORECASE) if name else reply
    return MAILBOX.sub(lambda found: f"…{found[1] or found[2]}", apart)


def event(row: HookEvent) -> Shown:
    """What came of a notification, and not what it said."""
    return {
        "id": str(row.pk),
        "store": row.connection.store.name,
        "connection": row.connection.name,
        "event_id": row.event_id,
        "kind": row.kind,
        "state": row.state,
        "reason": row.reason,
        "test": row.test,
        "purchase": named(row.purchase_id),
        "attempts": row.attempts,
        "said_at": moment(row.said_at),
        "received_at": moment(row.received_at),
        "processed_at": moment(row.processed_at),
    }


def figure(row: DayFigure) -> Shown:
    """Of waits, the part is a time in seconds, within five in a hundred."""
    part = f"{seconds_of(int(row.part)):.3g}" if row.figure == Figure.WAIT else row.part
    return {"day": row.day.isoformat(), "figure": row.figure, "part": part, "value": row.value}


def paged(items: list[Any], following: str) -> Shown:
    return {"items": items, "next": following or None}
