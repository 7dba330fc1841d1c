"""Alerts: what was sold, renewed, paid back and disputed, and the licences that buyers got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from licensing.intake.record import (
    ORDER,
    Dispute,
    LateCodes,
    Names,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    SoldLine,
    Told,
)
from licensing.intake.stores import cells
from licensing.intake.stores.json_fields import Fields

MOST_UNITS: Final = 10_000


def sold(alert: Fields) -> Sequence[Told]:
    name = alert.cut("customer_name", 300)
    line = SoldLine(
        product_ref=alert.required("product_id"),
        variant="",
        name=alert.cut("product_name", 300),
        quantity=quantity_of(alert),
        registered_name=name,
    )
    return (record_of(alert, line, name),)


def renewed(alert: Fields) -> Sequence[Told]:
    """A period of a subscription that was paid, the first one included."""
    name = alert.cut("customer_name", 300)
    line = SoldLine(
        product_ref=alert.required("subscription_plan_id"),
        variant="",
        name=alert.cut("plan_name", 300),
        quantity=quantity_of(alert),
        registered_name=name,
        subscription=alert.required("subscription_id"),
        paid_until=end_of_day(alert, "next_bill_date"),
    )
    return (record_of(alert, line, name),)


def quantity_of(alert: Fields) -> int:
    return alert.whole("quantity", low=1, high=MOST_UNITS, missing=1)


def end_of_day(alert: Fields, name: str) -> datetime:
    try:
        return cells.moment(alert.required(name), "00:00", alert.where(name)) + timedelta(days=1)
    except OverflowError:
        alert.reject(name, "is beyond all days")


def record_of(alert: Fields, line: SoldLine, name: str) -> PurchaseRecord:
    at = alert.moment("event_time")
    consent = alert.flag("marketing_consent") if "marketing_consent" in alert else None
    checkout = alert.text("checkout_id", 200)
    return PurchaseRecord(
        reference=alert.required("order_id"),
        ordered_at=at,
        buyer=Party(alert.address("email"), name=name, consent=consent),
        lines=(line,),
        payment=Payment(paid_at=at),
        references=(("checkout", checkout),) if checkout else (),
    )


def names_of(alert: Fields) -> Names:
    checkout = alert.text("checkout_id", 200)
    order = (ORDER, alert.required("order_id"))
    return (order, ("checkout", checkout)) if checkout else (order,)


def refunded(alert: Fields) -> Sequence[Told]:
    at = alert.moment("event_time")
    if alert.required("refund_type", 40) == "full":
        payment = Payment(paid=False, refunded=True, refunded_at=at)
    else:
        payment = Payment(paid=False, refunds=(Refund(0, reference=alert.required("alert_id"), at=at),))
    return (PaymentNews(names_of(alert), payment),)


def disputed(alert: Fields) -> Sequence[Told]:
    opened = Dispute(alert.required("alert_id"), alert.moment("event_time"))
    return (PaymentNews(names_of(alert), Payment(paid=False, disputes=(opened,))),)


def won(alert: Fields) -> Sequence[Told]:
    """Alerts of one dispute have ids of their own, and none of the dispute: as many are won as were closed."""
    closed = Dispute(alert.required("alert_id"), won=True, won_at=alert.moment("event_time"))
    return (PaymentNews(names_of(alert), Payment(paid=False, disputes=(closed,))),)


def licences(alert: Fields) -> Sequence[Told]:
    """The licence that the buyer got; nothing where the product gives none, but a download."""
    licence = alert.raw("licence").strip()
    if not licence:
        return ()
    lines = [line.strip() for line in licence.splitlines() if line.strip()]
    keys = lines if len(lines) == quantity_of(alert) else [licence]
    codes = tuple(cells.code(key, "licence") for key in keys)
    return (LateCodes(names_of(alert), codes, line=alert.text("product_id", 200)),)


READERS = {
    "payment_succeeded": sold,
    "subscription_payment_succeeded": renewed,
    "payment_refunded": refunded,
    "subscription_payment_refunded": refunded,
    "payment_dispute_created": disputed,
    "payment_dispute_closed": won,
    "locker_processed": licences,
}
