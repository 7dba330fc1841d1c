"""What a person says of two orders that may be one: the same, not the same, or two after all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from licensing.intake import subscriptions, told_twice
from licensing.intake.codes import Overtaken
from licensing.models import Case, CaseKind, KeyAssignment, License, Purchase, PurchaseLine


class CannotJoin(Exception):
    """These are no two orders any more. The message says why, in plain words."""


@dataclass(frozen=True)
class Side:
    """One of the two orders, with what tells it apart."""

    purchase: Purchase
    lines: list[PurchaseLine]
    licenses: list[License]
    keys: list[KeyAssignment]  # those that serve now

    @property
    def has_keys(self) -> bool:
        return bool(self.keys)


@dataclass(frozen=True)
class Pair:
    """`kept` counts, or would; `other` is, or would be, the same as it."""

    kept: Side
    other: Side
    joined: bool

    @property
    def ending(self) -> list[KeyAssignment]:
        """Keys that count only through the other order, and so would no more."""
        kept = {each.key_id for each in self.kept.keys}
        return [each for each in self.other.keys if each.key_id not in kept]


def pair_of(case: Case) -> Pair | None:
    """The two orders of such a case; None where one of them is gone."""
    if case.kind != CaseKind.SAME_ORDER or case.purchase is None:
        return None
    other = Purchase.objects.filter(pk=case.detail.get("other")).first()
    return pair(case.purchase, other) if other else None


def pair(one: Purchase, other: Purchase) -> Pair:
    """The one with keys is kept; if both have some, or neither, the one whose buyer is known; then the older."""
    for counts, same in ((one, other), (other, one)):
        if same.same_as_id == counts.pk:
            return Pair(side(counts), side(same), joined=True)
    kept, copy = sorted((side(one), side(other)), key=worth)
    return Pair(kept, copy, joined=False)


def worth(side: Side) -> tuple[bool, bool, UUID]:
    return not side.has_keys, side.purchase.buyer_id is None, side.purchase.pk


def side(purchase: Purchase) -> Side:
    licenses = License.objects.filter(line__purchase=purchase).select_related("edition__product")
    serving = KeyAssignment.objects.open().filter(license__line__purchase=purchase)
    return Side(
        purchase,
        list(purchase.lines.order_by("position")),
        list(licenses.order_by("line__position", "unit")),
        list(serving.select_related("key").order_by("pk")),
    )


def join(case_id: UUID, *, kept: UUID, by: str, now: datetime) -> Pair:
    """Say that both orders of the case are one: only that one counts from now on, with what both stores say of its
    payment. `kept` is the order that was shown to be kept.

    Raises `CannotJoin`, also where something happened since that was shown.
    """
    with transaction.atomic():
        case, shown = locked(case_id)
        if shown.joined:
            raise CannotJoin("They are one already.")
        if shown.kept.purchase.pk != kept:
            raise CannotJoin("Which of them would be kept has changed since the page was shown.")
        if shown.kept.purchase.same_as_id or shown.other.purchase.same_as_id:
            raise CannotJoin("One of them is the same as a third order already.")
        moved = point_to(shown.kept.purchase, shown.other.purchase)
        given = give_to_buyer(shown.kept, shown.other.purchase.buyer_id)
        told_twice.begin(shown.kept.purchase)
        told_twice.add_up(shown.kept.purchase)
        settle_subscriptions(shown, moved, now=now)
        close(case, by=by, now=now, same=True, moved=moved, given=given)
    return shown


def point_to(kept: Purchase, other: Purchase) -> list[str]:
    """The other, and what was the same as the other; that its own store said is its own again."""
    copies = Purchase.objects.filter(same_as=other)
    moved = [str(pk) for pk in copies.values_list("pk", flat=True)]
    copies.update(same_as=kept)
    other.same_as = kept
    other.save(update_fields=["same_as"])
    told_twice.add_up(other)
    return moved


def give_to_buyer(kept: Side, buyer: UUID | None) -> list[str]:
    """Licenses and lines whose owner that store did not know are the buyer's whom the other knows; not those of
    somebody who was erased."""
    if buyer is None or kept.purchase.buyer_id is not None or kept.purchase.erased_at:
        return []
    lines = PurchaseLine.objects.filter(purchase=kept.purchase, receiver=None)
    licenses = License.objects.filter(line__purchase=kept.purchase, owner=None)
    given = [str(pk) for rows in (lines, licenses) for pk in rows.values_list("pk", flat=True)]
    lines.update(receiver=buyer)
    licenses.update(owner=buyer)
    return given


def refuse(case_id: UUID, *, by: str, now: datetime) -> None:
    """Say that they are two orders: the case is closed and never opened again. Raises `CannotJoin`."""
    with transaction.atomic():
        case, shown = locked(case_id)
        if shown.joined:
            raise CannotJoin("They are one already: say first that they are two after all.")
        close(case, by=by, now=now, same=False)


def part(case_id: UUID, *, by: str, now: datetime) -> Pair:
    """Say that they are two orders after all: each has its own facts, licenses and owner again. Raises `CannotJoin`."""
    with transaction.atomic():
        case, shown = locked(case_id)
        if not shown.joined:
            raise CannotJoin("They are two orders already.")
        kept, other = shown.kept.purchase, shown.other.purchase
        other.same_as = None
        other.save(update_fields=["same_as"])
        take_back(case.detail.get("given", ()), shown)
        moved = case.detail.get("moved", [])
        if moved:
            Purchase.objects.filter(pk__in=moved, same_as=kept).update(same_as=other)
            told_twice.begin(other)
            told_twice.add_up(other)
        told_twice.add_up(kept)
        settle_subscriptions(shown, moved, now=now)
        close(case, by=by, now=now, same=False, moved=[], given=[])
    return shown


def settle_subscriptions(shown: Pair, moved: Iterable[str], *, now: datetime) -> None:
    """What they renew lasts as long as those of them that count have paid for. Raises `CannotJoin`."""
    orders = {shown.kept.purchase.pk, shown.other.purchase.pk, *map(UUID, moved)}
    try:
        subscriptions.settle_each(subscriptions.by_store(orders), now=now)
    except (Overtaken, IntegrityError):
        raise CannotJoin("Something else was recorded of them at this moment. Please try again.") from None


def take_back(given: Iterable[str], shown: Pair) -> None:
    """From the buyer whom only the other store knows; what has another owner by now stays."""
    ids, buyer = list(given), shown.other.purchase.buyer_id
    PurchaseLine.objects.filter(pk__in=ids, receiver=buyer).update(receiver=None)
    License.objects.filter(pk__in=ids, owner=buyer).update(owner=None)


def locked(case_id: UUID) -> tuple[Case, Pair]:
    """The case and its orders as they are now, held until the transaction ends. Raises `CannotJoin`."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id, kind=CaseKind.SAME_ORDER)
    ids = [case.purchase_id, case.detail.get("other")]
    # One that is the same as the other first: whoever learns something of it goes on to the other, too.
    in_turn = Purchase.objects.filter(pk__in=ids).order_by(F("same_as").asc(nulls_last=True), "pk")
    orders = [Purchase.objects.select_for_update().get(pk=pk) for pk in in_turn.values_list("pk", flat=True)]
    if len(orders) < 2:
        raise CannotJoin("One of them is no longer on file.")
    return case, pair(*orders)


def close(case: Case, *, by: str, now: datetime, **said: Any) -> None:
    case.detail |= {"by": by, **said}
    case.closed_at = case.closed_at or now
    case.save(update_fields=["detail", "closed_at"])
