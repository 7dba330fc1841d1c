"""What a notification tells, and what confirming it would do, in words for support."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime

from licensing.intake.record import ORDER, LateCodes, Names, Payment, PurchaseRecord, Told

MOST_NAMED = 3  # of an order's lines; more than these are counted


def in_words(told: Told) -> str:
    """`a test order 1001 with 1 line (2 × Clip Cutter)`."""
    if isinstance(told, PurchaseRecord):
        lines = len(told.lines)
        return f"{kind_of(told.test)} {told.reference} with {counted(lines, 'line')} ({sold(told)})"
    if isinstance(told, LateCodes):
        return f"{counted(len(told.codes), 'code')} of {order_of(told.names)}"
    return f"{payment_words(told.payment)} of {order_of(told.names)}"


def consequence(told: Told) -> str:
    """What happens once somebody says that the shop really sent this."""
    return f"Counts as true: {in_words(told)}{whose(told)}. {effect(told)}".rstrip()


def whose(told: Told) -> str:
    """Who ordered, and when: what is compared with the shop."""
    if not isinstance(told, PurchaseRecord):
        return ""
    buyer = told.buyer.email or told.buyer.name or "a buyer without an address"
    return f", ordered by {buyer} on {date_format(localtime(told.ordered_at), 'j F Y, H:i')}"


def effect(told: Told) -> str:
    if told.test:
        return "It is a test, so nobody gets or loses a key."
    if isinstance(told, LateCodes):
        return "They become keys of its licenses."
    if isinstance(told, PurchaseRecord):
        return ended(told.payment) or after_order(told.payment)
    return ended(told.payment)


def after_order(payment: Payment) -> str:
    if not payment.paid:
        return "It is not paid, so its buyer gets nothing yet."
    return "Its licenses are made, and its buyer gets keys for them."


def ended(payment: Payment) -> str:
    if payment.refunded or payment.refunds:
        return "The licenses that were refunded end, and so do their keys."
    if payment.tells_of_a_dispute and not payment.tells_of_a_win:
        return "Its licenses end, and so do their keys, until the dispute is won."
    return "Its licenses count again, unless another dispute is open." if payment.tells_of_a_win else ""


def payment_words(payment: Payment) -> str:
    if payment.refunded or payment.refunds:
        return "a refund"
    if payment.tells_of_a_win:
        return "a dispute that was won"
    if payment.tells_of_a_dispute:
        return "a dispute"
    return "a payment" if payment.paid else "news of the payment"


def kind_of(test: bool) -> str:
    return "a test order" if test else "an order"


def order_of(names: Names) -> str:
    kind, value = names[0] if names else (ORDER, "of an unknown name")
    return f"order {value}" if kind == ORDER else f"the order with {kind} {value}"


def sold(record: PurchaseRecord) -> str:
    named = [f"{line.quantity} × {line.name or line.product_ref}" for line in record.lines[:MOST_NAMED]]
    return ", ".join(named + ["…"] * (len(record.lines) > MOST_NAMED))


def counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def all_in_words(told: Sequence[Told]) -> str:
    return "; ".join(in_words(each) for each in told) or "nothing about orders"
