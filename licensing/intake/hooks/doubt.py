"""What to say of an event that nobody confirmed: what it would add to an order that is on file, never a value of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from licensing.intake import dispute_rows, refunds
from licensing.intake.by_line import compare
from licensing.intake.finding import orders_of
from licensing.intake.news import would_be_news
from licensing.intake.record import LateCodes, Payment, PaymentNews, PurchaseRecord, Told
from licensing.models import Purchase, Store

NOT_CONFIRMED: Final = "Nobody signed it, and nothing confirms it yet."
WORDS: Final = {"code": "keys", "lines": "other lines"}


def reason_for(told: Sequence[Told], purchases: Sequence[Purchase], *, store: Store, now: datetime) -> str:
    """Names what the file has not confirmed, in plain words and in a fixed order; without data."""
    found = sorted({WORDS.get(each, each) for each in more(told, purchases, store=store, now=now)})
    if not found:
        return NOT_CONFIRMED
    return f"Its order is on file, but it says more than that: {', '.join(found)}. Nobody signed it."


def more(
    told: Sequence[Told], purchases: Sequence[Purchase], *, store: Store, now: datetime
) -> Iterator[str]:
    on_file = {(each.reference, each.test): each for each in purchases if each.confirmed_at}
    for each in told:
        if isinstance(each, PurchaseRecord) and (order := on_file.get((each.reference, each.test))):
            yield from of_order(each, order, now=now)
    apart = [each for each in told if isinstance(each, PaymentNews | LateCodes)]
    for news, order in zip(apart, orders_of(apart, store=store), strict=True):
        if order and order.confirmed_at:
            yield from ["code"] if isinstance(news, LateCodes) else of_payment(news.payment, order, now=now)


def of_order(told: PurchaseRecord, order: Purchase, *, now: datetime) -> Iterator[str]:
    found = compare(order, told)
    yield from found.differing
    if found.missing:
        yield "lines"
    yield from of_payment(told.payment, order, now=now)


def of_payment(said: Payment, order: Purchase, *, now: datetime) -> Iterator[str]:
    if not would_be_news(order, said, now=now):
        return
    if (said.refunded and not order.refunded_at) or refunds.is_new(order.pk, said.refunds):
        yield "a refund"
    elif said.tells_of_a_dispute and dispute_rows.is_new(order, said, now=now):
        yield "a dispute"
    else:
        yield "its payment"
