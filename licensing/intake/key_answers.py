"""What a request for keys is answered: the order is put on file, its licenses get their keys, and these are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from licensing.intake.by_line import compare
from licensing.intake.meanings import Meanings
from licensing.intake.purchases import record
from licensing.intake.record import PurchaseRecord
from licensing.intake.shop import KeyRequest
from licensing.intake.subscriptions import licenses_of
from licensing.keys.assign import assign
from licensing.keys.sealed import content_of
from licensing.keys.sources import supply
from licensing.keys.waiting import waiting_licenses
from licensing.models import (
    KeyAsk,
    KeyAskState,
    KeyAssignment,
    License,
    Purchase,
    PurchaseLine,
    PurchaseState,
    RegistrationKey,
    RowOutcome,
    Store,
)

AT_ONCE: Final = 100  # units; the keys of more take too long for somebody who waits
SAMPLE: Final = "TEST-ORDER-NO-KEY"
FOLLOWS: Final = "The key follows by mail."


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a request, and the codes or the reason why there are none, for people and without data."""

    state: KeyAskState
    codes: tuple[str, ...] = ()
    reason: str = ""


def refused(reason: str) -> Answer:
    return Answer(KeyAskState.REFUSED, reason=reason)


def promised(reason: str) -> Answer:
    return Answer(KeyAskState.PROMISED, reason=f"{reason} {FOLLOWS}")


CONTRADICTS: Final = refused("This order is on file with another buyer or product. Somebody looks at it.")
NOT_THERE: Final = refused("The order that is on file has no such line.")
FORGOTTEN: Final = refused("The owner of this order had their data erased here.")
TOLD_ELSEWHERE: Final = refused("This order came from another shop, too; that one counts.")
OVER: Final = refused("The licenses of this order have ended.")
REPLACED: Final = refused("The key of this order was replaced since. Its owner gets the present one from us.")
OF_STATE: Final = {
    PurchaseState.REFUNDED: refused("This order was refunded."),
    PurchaseState.DISPUTED: refused("The payment of this order is disputed."),
    PurchaseState.UNCONFIRMED: refused("This order is not confirmed."),
    PurchaseState.UNPAID: promised("This order is not paid yet."),
}
NO_MEANING: Final = promised("Nobody has said yet what this product is here.")
TOO_MANY: Final = promised(f"More than {AT_ONCE} keys take a while.")
NOT_READY: Final = promised("No key is ready.")
HANDED_ON: Final = promised("The license of this order is somebody else's now.")
A_FILE: Final = promised("The key is a file.")


def given(ask: KeyAsk, request: KeyRequest, *, store: Store, now: datetime) -> Answer:
    """Record what the request says of the order, and answer it; the ask (unsaved) learns its line.

    Call it in a transaction that holds the ask. Raises `Overtaken`, IntegrityError or `KeyUnavailable` where another
    transaction was quicker: roll back and begin again.
    """
    meanings = Meanings(store)
    (outcome,) = record([request.record], store=store, meanings=meanings, now=now)
    line = line_of(ask, request, store=store)
    ask.purchase_line = line or ask.purchase_line
    if outcome == RowOutcome.NEEDS_PERSON or not is_as_sold(request.record, store=store):
        return CONTRADICTS
    if line is None:
        return NOT_THERE
    if request.record.test:  # nobody's key, and nobody can take it for one
        return Answer(KeyAskState.ANSWERED, codes=samples(line.quantity))
    return of_purchase(line.purchase) or of_line(line, store=store, meanings=meanings, now=now)


def is_as_sold(told: PurchaseRecord, *, store: Store) -> bool:
    """Whether the order on file says the same; also where a person has looked at the difference and closed its case,
    which settles what is on file and hands nobody else its keys."""
    purchase = Purchase.objects.get(store=store, reference=told.reference, test=told.test)
    return not compare(purchase, told).differing


def samples(count: int) -> tuple[str, ...]:
    return tuple(f"{SAMPLE}-{number}" for number in range(1, min(count, AT_ONCE) + 1))


def line_of(ask: KeyAsk, request: KeyRequest, *, store: Store) -> PurchaseLine | None:
    """The line that is asked about: the one that it was before, or the one that the shop names so, or else the first
    of that product that nobody has asked about. So two requests never share a line's keys."""
    told, sold = request.record, request.record.lines[0]
    order = Purchase.objects.filter(store=store, reference=told.reference, test=told.test)
    same = PurchaseLine.objects.filter(
        purchase__in=order, product_ref=sold.product_ref, variant=sold.variant
    ).select_related("purchase")
    if ask.purchase_line_id:
        return same.filter(pk=ask.purchase_line_id).first()
    free = same.exclude(asks__connection=ask.connection_id).order_by("position")
    if not sold.reference:
        return free.first()
    return free.filter(reference=sold.reference).first() or free.filter(reference="").first()


def of_purchase(purchase: Purchase) -> Answer | None:
    """Why nothing of the order is served, whatever line of it is asked about."""
    return TOLD_ELSEWHERE if purchase.same_as_id else OF_STATE.get(purchase.state)


def of_line(line: PurchaseLine, *, store: Store, meanings: Meanings, now: datetime) -> Answer:
    if line.purchase.erased_at and line.receiver_id is None:
        return FORGOTTEN
    if not line.placed_at:
        return NO_MEANING
    sold = locked(line, store=store, meanings=meanings)
    units = [unit for unit in sold if unit.refunded_at is None and not unit.ended(now=now)]
    if not units:
        return OVER
    if any(
        unit.owner_id != unit.line.owner_id for unit in units
    ):  # to whoever bought it the shop shows nothing
        return HANDED_ON
    if len(units) > AT_ONCE:
        return TOO_MANY
    serve(units, now=now)
    return of_units(units)


def locked(line: PurchaseLine, *, store: Store, meanings: Meanings) -> list[License]:
    """Its licenses; what a line renews may hang on the purchase that began it, and is the same license still."""
    mine = License.objects.filter(line=line)
    if line.subscription_ref:
        paid_for = licenses_of(line, store=store, meanings=meanings)
        mine = License.objects.filter(pk__in=[each.pk for each in paid_for])
    units = mine.select_for_update(of=("self",))
    return list(units.select_related("edition__product", "line__purchase").order_by("unit"))


def serve(units: Sequence[License], *, now: datetime) -> None:
    """Give a key to each that waits for one, as far as their editions' sources have one now."""
    for edition, same in groupby(units, key=lambda unit: unit.edition):
        those = [unit.pk for unit in same]
        waiting = list(waiting_licenses(edition, now=now).filter(pk__in=those).order_by("unit"))
        keys = supply(edition, waiting, now=now) if waiting else {}
        for unit in waiting:
            if key := keys.get(unit.pk):
                assign(license=unit, key=key, now=now)


def of_units(units: Sequence[License]) -> Answer:
    """The codes in the order of the units, one that serves several of them once."""
    chains: dict[object, list[KeyAssignment]] = {unit.pk: [] for unit in units}
    for each in KeyAssignment.objects.filter(license__in=units).select_related("key").order_by("id"):
        chains[each.license_id].append(each)
    if any(len(chain) > 1 or (chain and chain[0].ends_at) for chain in chains.values()):
        return REPLACED
    if not all(chains.values()):
        return NOT_READY
    keys = list({chain[0].key_id: chain[0].key for chain in chains.values()}.values())
    return A_FILE if any(key.file_name for key in keys) else Answer(KeyAskState.ANSWERED, codes_of(keys))


def codes_of(keys: Sequence[RegistrationKey]) -> tuple[str, ...]:
    return tuple(content_of(key).decode() for key in keys)
