"""What a store says of the payment of an order that it does not describe: a refund, a dispute, a win."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from licensing.intake import dispute_rows, refunds, told_twice
from licensing.intake.announce import announce_refunds
from licensing.intake.finding import orders_of
from licensing.intake.payments import FACTS, learn, says_more
from licensing.intake.record import Payment, PaymentNews
from licensing.models import Purchase, RowOutcome, Store

Heard = tuple[int, PaymentNews, Purchase]


def heard(
    news: Sequence[tuple[int, PaymentNews]], *, store: Store, now: datetime
) -> tuple[dict[int, RowOutcome], set[UUID]]:
    """What became of each, by its number, and the orders of which something was learned."""
    found = orders_of([each for _, each in news], store=store)
    outcomes = {number: RowOutcome.NO_ORDER for number, _ in news}
    waiting = [(number, each, order) for (number, each), order in zip(news, found, strict=True) if order]
    changed: set[UUID] = set()
    while waiting:  # an order that stands twice among them is looked at again when the first was learned
        first: dict[UUID, Heard] = {}
        waiting = [each for each in waiting if first.setdefault(each[2].pk, each) is not each]
        changes = learn_all(
            [(each.payment, order) for _, each, order in first.values() if each.confirmed], now=now
        )
        outcomes |= {
            number: outcome_of(each, order, changes, now=now) for number, each, order in first.values()
        }
        changed.update(changes)
    return outcomes, changed


def outcome_of(
    said: PaymentNews, order: Purchase, changes: dict[UUID, RowOutcome], *, now: datetime
) -> RowOutcome:
    """Nothing is learned from whom nobody knows; it is only said whether it would be news."""
    if said.confirmed:
        return changes.get(order.pk, RowOutcome.UNCHANGED)
    would_be = would_be_news(order, said.payment, now=now)
    return RowOutcome.UNCONFIRMED if would_be else RowOutcome.UNCHANGED


def learn_all(said: Sequence[tuple[Payment, Purchase]], *, now: datetime) -> dict[UUID, RowOutcome]:
    """Learn facts and refunds of these orders, each told once, and write them; what is new: a refund, or another."""
    changes: dict[UUID, RowOutcome] = {}
    learned = []
    for payment, order in said:
        before = (order.refunded_at, order.refunded_units)
        if learn(order, payment, now=now):
            learned.append(order)
            refunded = before != (order.refunded_at, order.refunded_units)
            changes[order.pk] = RowOutcome.REFUNDED if refunded else RowOutcome.UPDATED
    disputed = dispute_rows.tell(said, now=now)
    learned += [order for _, order in said if order.pk in disputed - changes.keys()]
    Purchase.objects.bulk_update(learned, FACTS)
    taken = refunds.tell((order.pk, payment.refunds) for payment, order in said if payment.refunds)
    moved = {pk for pk, change in changes.items() if change == RowOutcome.REFUNDED}
    settled = taken | refunds.settle(moved.difference(taken))
    for _, order in said:
        order.refunded_units = settled.get(order.pk, order.refunded_units)
    told_twice.count_for_both(said, now=now)
    announce_refunds(moved | taken.keys())
    return dict.fromkeys(disputed, RowOutcome.UPDATED) | changes | dict.fromkeys(taken, RowOutcome.REFUNDED)


def would_be_news(order: Purchase, said: Payment, *, now: datetime) -> bool:
    return (
        says_more(order, said, now=now)
        or refunds.is_new(order.pk, said.refunds)
        or dispute_rows.is_new(order, said, now=now)
    )
