"""The fulfilment webhook: Paddle asks, by POST or GET, and mails what is answered to the buyer.

The buyer's address is one of the fields that the vendor adds (`p_customer_email`); older products send `email`. A
refusal is a status that is no success, so that nothing of it is mailed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine
from licensing.intake.shop import KeyRequest, Received, Reply
from licensing.intake.stores.form_fields import form
from licensing.intake.stores.json_fields import Fields
from licensing.intake.stores.paddle_classic.alerts import quantity_of


def octets_of(received: Received) -> bytes:
    """The form as it was sent: in the query of a GET, else in the body."""
    return received.query.encode("utf-8", "replace") if received.method == "GET" else received.body


def fields_of(received: Received) -> dict[str, str]:
    return form(octets_of(received))


class Fulfilment:
    def asks(self, received: Received) -> KeyRequest | None:
        fields = Fields(dict(fields_of(received)))
        if "alert_name" in fields:
            return None
        product = fields.required("p_product_id")
        return KeyRequest(line=product, record=record_of(fields, product))

    def answer(self, codes: Sequence[str], request: KeyRequest) -> Reply:
        return Reply("\n".join(codes).encode())

    def refusal(self, reason: str, request: KeyRequest | None) -> Reply:
        return Reply(reason.encode(), status=503)


def record_of(fields: Fields, product: str) -> PurchaseRecord:
    at = fields.moment_if_any("event_time") or datetime.now(UTC)  # the buyer waits, so it is now
    name = fields.cut("p_customer_name", 300) or fields.cut("name", 300)
    quantity = fields if "quantity" in fields else Fields({"quantity": fields.raw("p_quantity")})
    return PurchaseRecord(
        reference=fields.required("p_order_id"),
        ordered_at=at,
        buyer=Party(
            fields.address("p_customer_email" if "p_customer_email" in fields else "email"),
            name=name,
            consent=fields.flag("marketing_consent") if "marketing_consent" in fields else None,
        ),
        lines=(SoldLine(product, "", product, quantity_of(quantity), registered_name=name),),
        payment=Payment(paid_at=at),
        complete=False,
    )


KEY_DESK = Fulfilment()
