"""A kind of shop for tests: signed JSON with several events in one body, and an API to ask."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from licensing.addresses import canonical
from licensing.intake.record import ORDER, Party, Payment, PaymentNews, PurchaseRecord, SoldLine, Told
from licensing.intake.shop import Ask, Event, NeedsShop, NotUnderstood, Received, Shop

ORDERED_AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
KIND = "test-shop"
HOST = "api.test-shop.example"


class SignedShop(Shop):
    """Its events are `{"id", "type", "order", "email", "product", …}`; signed in hex over the raw body."""

    title = "Test Shop"
    notifies = True
    signed = True
    secret_name = "Secret"
    api_host = HOST
    unscrubbed = frozenset({"order", "key"})

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        return Received(
            "POST", body, headers={"content-type": "application/json", "x-sign": sign(body, secret)}
        )

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        given = received.headers.get("x-sign", "").encode()
        return any(hmac.compare_digest(sign(received.body, secret).encode(), given) for secret in secrets)

    def events(self, received: Received) -> Sequence[Event]:
        try:
            told = list(json.loads(received.body)["events"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise NotUnderstood("It is no list of events.") from None
        return [
            Event(str(each["id"]), each["type"], json.dumps(each).encode(), test=each.get("test", False))
            for each in told
        ]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        said = json.loads(event.payload)
        if event.kind == "sold":
            return [sale(said)]
        if event.kind == "refunded":
            return [PaymentNews(((ORDER, said["order"]),), Payment(paid=False, refunded=True))]
        if event.kind == "asks":
            if ask is None:
                raise NeedsShop
            return [sale(ask(f"/orders/{said['order']}"))]
        return []


class UnsignedShop(SignedShop):
    """The same, and nobody knows who sent it."""

    signed = False

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        return True


def sale(said: dict[str, Any]) -> PurchaseRecord:
    keys = (said["key"],) if said.get("key") else ()
    line = SoldLine(said["product"], "", said["product"], int(said.get("quantity", 1)), keys)
    return PurchaseRecord(
        reference=said["order"],
        ordered_at=ORDERED_AT,
        buyer=Party(canonical(said["email"])),
        lines=(line,),
        payment=Payment(paid=True, paid_at=ORDERED_AT),
    )


def sign(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
