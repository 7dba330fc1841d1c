"""Subscriptions: one set of licenses for all purchases that begin or renew one, paid as long as the good ones reach.

Everything follows from all that is on file of a subscription, so it does not matter what came first:

- The licenses hang on the earliest purchase that is good: paid, and neither refunded, disputed nor another shop's.
- A unit's license ends with the latest period that a good purchase paid for that unit; where one paid for ever, never.
- There are as many units as the largest purchase has. One that no good purchase pays for any more is paid back.

Only what means the same editions to the same owner is renewed. Another edition (a changed plan) is sold anew; so is
what another person buys, since nobody is given somebody else's license for a number that a shop repeats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from licensing.intake import bulk
from licensing.intake.meanings import Item, Meanings
from licensing.intake.periods import Periods
from licensing.intake.placing import LICENSE, open_codes
from licensing.intake.subscribed_codes import Renewed, give_codes
from licensing.models import License, PurchaseLine, Store

Key = tuple[str, UUID | None, tuple[tuple[str, int], ...]]  # subscription, owner, editions


def by_store(purchases: Iterable[UUID]) -> dict[Store, set[str]]:
    """The subscriptions that these orders begin or renew, in whichever stores they are."""
    lines = PurchaseLine.objects.filter(purchase__id__among=set(purchases)).exclude(subscription_ref="")
    found: dict[Store, set[str]] = defaultdict(set)
    for line in lines.select_related("purchase__store").only("subscription_ref", "purchase__store"):
        found[line.purchase.store].add(line.subscription_ref)
    return found


def settle_each(
    wanted: Mapping[Store, Iterable[str]], *, known: Mapping[Store, Meanings] | None = None, now: datetime
) -> None:
    """The same as `settle` in several stores, in one order, so that two who do it never wait for each other."""
    for store, references in sorted(wanted.items(), key=lambda each: each[0].pk):
        if references:
            settle(references, store=store, meanings=(known or {}).get(store) or Meanings(store), now=now)


def settle(references: Iterable[str], *, store: Store, meanings: Meanings, now: datetime) -> None:
    """Bring the licenses of these subscriptions to what all their purchases come to.

    Call it in a transaction. Raises `Overtaken` and IntegrityError where another one was quicker.
    """
    wanted = set(references) - {""}
    if not wanted:
        return
    # Of two that renew one subscription at once, the later must see what the earlier did. Purchases are let in.
    list(Store.objects.select_for_update(no_key=True).filter(pk=store.pk).values_list("pk"))
    groups = groups_of(wanted, store, meanings)
    if missing := [row for group in groups for row in group.missing()]:
        bulk.insert(License, LICENSE, missing, now=now)
        groups = groups_of(wanted, store, meanings)
    changed = [license for group in groups for license in group.settled()]
    License.objects.bulk_update(changed, ["line", "unit", "subscription_ref", "expires_at", "refunded_at"])
    give_codes([group.renewed() for group in groups], now=now)


def licenses_of(line: PurchaseLine, *, store: Store, meanings: Meanings) -> list[License]:
    """The licenses that this line pays for, in the order of their units, whichever purchase they hang on."""
    for group in groups_of({line.subscription_ref}, store, meanings):
        if line in group.lines:
            return sorted(group.first(line.quantity), key=lambda each: each.unit)
    return []


def groups_of(references: Iterable[str], store: Store, meanings: Meanings) -> list[Group]:
    """The placed lines of these subscriptions, by what is renewed."""
    lines = PurchaseLine.objects.filter(
        subscription_ref__among=set(references),
        placed_at__isnull=False,
        purchase__store=store,
        purchase__test=False,
        purchase__confirmed_at__isnull=False,
    ).order_by("purchase__ordered_at", "purchase__reference", "position")
    found: dict[Key, list[PurchaseLine]] = defaultdict(list)
    meant: dict[Key, tuple[Item, ...]] = {}
    related = ("licenses__edition", "licenses__assignments__key", "purchase__lines", "purchase__refunds")
    for line in lines.select_related("purchase").prefetch_related(*related):
        items = meanings.of(line.product_ref, line.variant, at=line.purchase.ordered_at)
        editions = tuple((item.edition_id, item.quantity) for item in items)
        key = (line.subscription_ref, line.receiver_id, editions)
        found[key].append(line)
        meant[key] = items
    return [Group(lines, meant[key]) for key, lines in found.items()]


class Group:
    """What is renewed together: its lines, the earliest first, and the licenses that hang on any of them."""

    def __init__(self, lines: Sequence[PurchaseLine], items: tuple[Item, ...]) -> None:
        self.lines = lines
        self.items = items
        self.periods = Periods(lines)
        self.holder = self.periods.holder
        self.licenses = sorted(
            (license for line in lines for license in line.licenses.all()),
            key=lambda each: (each.unit, str(each.pk)),
        )

    def missing(self) -> Iterator[tuple[object, ...]]:
        """Rows of the licenses that are sold and not there: all of them, or more of editions that are."""
        number = max((each.unit for each in self.licenses), default=0)
        owner = str(self.holder.receiver_id) if self.holder.receiver_id else None
        have = {edition: len(licenses) for edition, licenses in self.by_edition()}
        for item in self.items:
            if self.licenses and item.edition_id not in have:
                continue
            for _ in range(self.periods.units * item.quantity - have.get(item.edition_id, 0)):
                number += 1
                yield bulk.new_id(), str(self.holder.pk), number, item.edition_id, owner, None

    def by_edition(self) -> list[tuple[str, list[License]]]:
        """The licenses by the edition that they were sold as, in the order of their units."""
        ordered = sorted(self.licenses, key=lambda each: (sold_as(each), each.unit, str(each.pk)))
        return [(edition, list(licenses)) for edition, licenses in groupby(ordered, key=sold_as)]

    def first(self, units: int) -> Iterator[License]:
        """The licenses of so many units; a purchase of fewer pays for the first ones."""
        each_unit = {item.edition_id: item.quantity for item in self.items}
        for edition, licenses in self.by_edition():
            yield from licenses[: units * each_unit.get(edition, 1)]

    def settled(self) -> Iterator[License]:
        """The licenses that change: where they hang, how long they last, and whether they are paid back."""
        each_unit = {item.edition_id: item.quantity for item in self.items}
        moved = self.numbers()
        for edition, licenses in self.by_edition():
            for place, license in enumerate(licenses):
                unit = min(place // each_unit.get(edition, 1) + 1, self.periods.units)
                expires_at, refunded_at = self.periods.of(unit)
                state = (
                    self.holder.pk,
                    moved[license.pk],
                    self.holder.subscription_ref,
                    expires_at,
                    refunded_at,
                )
                if state != state_of(license):
                    license.line_id, license.unit, license.subscription_ref = state[:3]
                    license.expires_at, license.refunded_at = expires_at, refunded_at
                    yield license

    def numbers(self) -> dict[UUID, int]:
        """A number for each that no other has: its own, unless two sets of licenses become one."""
        taken: set[int] = set()
        numbers = {}
        for each in self.licenses:
            number = each.unit if each.unit not in taken else max(taken) + 1
            taken.add(number)
            numbers[each.pk] = number
        return numbers

    def renewed(self) -> Renewed:
        """The licenses with what came with each line, the earliest first."""
        kept = [(str(line.pk), bytes(line.sealed_code)) for line in self.lines if line.sealed_code]
        codes = [open_codes(line_id, sealed) for line_id, sealed in kept]
        return Renewed(self.holder, self.licenses, codes, self.periods.units)


def sold_as(license: License) -> str:
    """The edition that it began with, wherever it has moved since."""
    first = min(license.assignments.all(), key=lambda each: each.pk, default=None)
    return str(first.key.edition_id if first else license.edition_id)


def state_of(license: License) -> tuple[object, ...]:
    return (license.line_id, license.unit, license.subscription_ref, license.expires_at, license.refunded_at)
