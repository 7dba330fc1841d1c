"""Adjustments: refunds and chargebacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from licensing.intake.record import ORDER, Dispute, Payment, PaymentNews, Refund, Told
from licensing.intake.shop import Ask, NeedsShop
from licensing.intake.stores.amounts import units_of
from licensing.intake.stores.json_fields import Fields
from licensing.intake.stores.paddle_billing.transactions import MOST_UNITS, answer


def adjusted(event: Fields, ask: Ask | None) -> Sequence[Told]:
    data = event.fields("data")
    names = ((ORDER, data.sure_identity("transaction_id")),)
    payment = payment_of(data, event.moment("occurred_at"), ask)
    return (PaymentNews(names, payment),) if payment else ()


def payment_of(data: Fields, at: datetime, ask: Ask | None) -> Payment | None:
    """What the adjustment says of the payment; None if nothing, or nothing yet."""
    what = data.required("action", 80), data.required("status", 80)
    since = data.moment_if_any("created_at") or at
    if what == ("refund", "approved"):
        return refunded(data, at, ask)
    if dispute := dispute_of(what, data.sure_identity("id"), since, at):
        return Payment(paid=False, disputes=(dispute,))
    return None


def dispute_of(what: tuple[str, str], reference: str, since: datetime, at: datetime) -> Dispute | None:
    """A reversal is an adjustment of its own, which does not name the chargeback that it reverses."""
    if what == ("chargeback", "approved"):
        return Dispute(reference, since)
    if what == ("chargeback", "reversed"):
        return Dispute(reference, since, won=True, won_at=at)
    if what == ("chargeback_reverse", "approved"):
        return Dispute(reference, won=True, won_at=at)
    return None


def refunded(data: Fields, at: datetime, ask: Ask | None) -> Payment:
    if data.text("type", 80) == "full":
        return Payment(paid=False, refunded=True, refunded_at=at)
    if ask is None:
        raise NeedsShop("A part was refunded; only Paddle's API tells what the lines cost.")
    details = answer(ask, f"/transactions/{data.sure_identity('transaction_id')}").fields("details")
    if data.fields("totals").sure_money("total") >= details.fields("totals").sure_money("total"):
        return Payment(paid=False, refunded=True, refunded_at=at)
    sold = {line.sure_identity("id"): line for line in details.each("line_items")}
    items = data.each("items")
    return Payment(
        paid=False, refunds=tuple(refund_of(item, sold, data.sure_identity("id"), at) for item in items)
    )


def refund_of(item: Fields, sold: dict[str, Fields], reference: str, at: datetime) -> Refund:
    line = sold.get(own := item.sure_identity("item_id"))
    if line is None:
        item.reject("item_id", "is not in its transaction")
    return Refund(units_in(item, line), line=own, reference=reference, at=at)


def units_in(item: Fields, line: Fields) -> int:
    quantity = line.whole("quantity", low=1, high=MOST_UNITS)
    kind = item.text("type", 80)
    if kind == "full":
        return quantity
    if kind != "partial":
        return 0
    back, price = item.fields("totals").sure_money("total"), line.fields("totals").sure_money("total")
    return units_of(back, price=price, quantity=quantity)
