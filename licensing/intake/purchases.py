"""Records what stores tell of orders: new ones with all that follows, known ones by their payment facts only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from licensing.intake import (
    by_line,
    late_codes,
    line_facts,
    news,
    subscriptions,
    told_codes,
    told_twice,
    unconfirmed,
)
from licensing.intake.anew import Numbered, recorded_anew
from licensing.intake.by_line import Again
from licensing.intake.contradictions import contradicts, is_untold
from licensing.intake.erased import mark, without_erased
from licensing.intake.meanings import Meanings
from licensing.intake.record import LateCodes, PaymentNews, PurchaseRecord, Told
from licensing.models import Purchase, RowOutcome, Store
from licensing.tombstones import let_nobody_be_erased

Order = tuple[str, bool]  # a test order may have the number of a real one


def record(records: Sequence[Told], *, store: Store, meanings: Meanings, now: datetime) -> list[RowOutcome]:
    """What became of each record, in their order. Call it in a transaction.

    Whole orders come first, so that what is told of them apart finds them wherever it stands. Who was erased since
    they bought stays unknown. Raises `Overtaken` or
    IntegrityError where another transaction was quicker: roll back and call it again.
    """
    let_nobody_be_erased()
    records, nameless = without_erased(records)
    orders = [(number, each) for number, each in enumerate(records) if isinstance(each, PurchaseRecord)]
    outcomes, changed = record_orders(orders, store=store, meanings=meanings, now=now)
    if len(orders) < len(records):
        told = [(number, each) for number, each in enumerate(records) if isinstance(each, PaymentNews)]
        codes = [(number, each) for number, each in enumerate(records) if isinstance(each, LateCodes)]
        for more, of in (
            news.heard(told, store=store, now=now),
            late_codes.heard(codes, store=store, now=now),
        ):
            outcomes |= more
            changed |= of
    if nameless:
        mark(nameless, store=store, now=now)
    renewed = {line.subscription for _, each in orders for line in each.lines if line.subscription}
    if changed or renewed:
        touched = subscriptions.by_store(told_twice.with_counting(changed)) if changed else {}
        wanted = touched | {store: renewed | touched.get(store, set())}
        subscriptions.settle_each(wanted, known={store: meanings}, now=now)
    return [outcomes[number] for number in range(len(records))]


def record_orders(
    waiting: list[Numbered], *, store: Store, meanings: Meanings, now: datetime
) -> tuple[dict[int, RowOutcome], set[UUID]]:
    """What became of each, and the orders on file whose facts of payment changed."""
    outcomes: dict[int, RowOutcome] = {}
    changed: set[UUID] = set()
    while waiting:
        # An order that stands twice among them is looked at again when its first telling is on file.
        told, waiting = first_tellings(waiting)
        known = on_file(store, told)
        known = without_doubtful(told, known) if known else known
        new = [(number, each) for number, each in told if order_of(each) not in known]
        outcomes |= recorded_anew(new, store=store, meanings=meanings, now=now)
        again = [(number, each, known[order_of(each)]) for number, each in told if order_of(each) in known]
        changes = learn(again, now=now)
        brought = told_codes.bring(again, now=now)  # before they are compared with what is on file
        outcomes |= told_again(again, changes, meanings=meanings, now=now)
        outcomes |= with_codes(again, brought, outcomes)
        changed |= changes.keys() | brought.keys()
        described = line_facts.learn([(told, purchase) for _, told, purchase in again if told.confirmed])
        outcomes |= updated(again, described, outcomes)
        changed |= described
    return outcomes, changed


def order_of(told: PurchaseRecord) -> Order:
    return told.reference, told.test


def first_tellings(numbered: Iterable[Numbered]) -> tuple[list[Numbered], list[Numbered]]:
    first: dict[Order, Numbered] = {}
    later = [each for each in numbered if first.setdefault(order_of(each[1]), each) is not each]
    return list(first.values()), later


def on_file(store: Store, told: Iterable[Numbered]) -> dict[Order, Purchase]:
    """Those orders that are known, locked where the database can, so that their facts are learned one by one."""
    references = [each.reference for _, each in told]
    found = Purchase.objects.filter(store=store, reference__among=references).select_for_update()
    return {(purchase.reference, purchase.test): purchase for purchase in found}


def without_doubtful(told: Iterable[Numbered], known: dict[Order, Purchase]) -> dict[Order, Purchase]:
    """What nobody confirmed gives way where the same order is told for sure."""
    sure = {order_of(each) for _, each in told if each.confirmed}
    doubtful = {order for order, purchase in known.items() if not purchase.confirmed_at and order in sure}
    unconfirmed.give_way(known[order] for order in doubtful)
    return {order: purchase for order, purchase in known.items() if order not in doubtful}


def learn(again: Iterable[Again], *, now: datetime) -> dict[UUID, RowOutcome]:
    """Learn what is told for sure of known orders' payment; what is new, by order."""
    sure = [(told.payment, purchase) for _, told, purchase in again if told.confirmed]
    return news.learn_all(sure, now=now)


def updated(
    again: Iterable[Again], described: Collection[UUID], outcomes: Mapping[int, RowOutcome]
) -> dict[int, RowOutcome]:
    """Those whose lines are described further, and that said nothing else that was new."""
    return {
        number: RowOutcome.UPDATED
        for number, _, purchase in again
        if purchase.pk in described and outcomes[number] == RowOutcome.UNCHANGED
    }


def with_codes(
    again: Iterable[Again], brought: Mapping[UUID, RowOutcome], outcomes: Mapping[int, RowOutcome]
) -> dict[int, RowOutcome]:
    """Those that brought codes, unless something else about them is for a person, or for a mapping."""
    said = {RowOutcome.UNCHANGED, RowOutcome.UPDATED}
    return {
        number: brought[purchase.pk]
        for number, _, purchase in again
        if purchase.pk in brought and outcomes[number] in said
    }


def told_again(
    again: Sequence[Again], changes: Mapping[UUID, RowOutcome], *, meanings: Meanings, now: datetime
) -> dict[int, RowOutcome]:
    sure = [each for each in again if each[1].confirmed]
    parts = [each for each in sure if not (each[1].complete and each[2].complete)]
    outcomes = by_line.told(parts, meanings=meanings, now=now)
    for number, told, purchase in again:
        if not told.confirmed:
            outcomes[number] = unconfirmed.heard(told, purchase, now=now)
        elif number not in outcomes:
            first = RowOutcome.UPDATED if is_untold(purchase) else RowOutcome.UNCHANGED
            outcomes[number] = RowOutcome.NEEDS_PERSON if contradicts(purchase, told) else first
        if outcomes[number] == RowOutcome.UNCHANGED:
            outcomes[number] = changes.get(purchase.pk, RowOutcome.UNCHANGED)
    return outcomes
