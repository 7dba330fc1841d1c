"""Places lines that were sold before anybody had said what they mean, once the mapping knows."""

from __future__ import annotations

import time
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from licensing.intake import refunds, subscriptions
from licensing.intake.apply import ATTEMPTS, CHUNK
from licensing.intake.codes import Overtaken
from licensing.intake.meanings import Meanings
from licensing.intake.placing import Placement, codes_of, open_codes, place
from licensing.intake.record import SoldLine
from licensing.models import Mapping, PurchaseLine, Store


def place_lines(store: Store, *, now: datetime) -> int:
    """Turn every unplaced line of the store that has a meaning now into licenses and keys; how many were placed."""
    size = CHUNK.get(connection.vendor, CHUNK["sqlite"])
    total, after = 0, None
    while lines := [line.pk for line in next_lines(store, after)[:size]]:
        total += place_chunk(store, lines, now=now)
        after = lines[-1]
        if connection.vendor != "postgresql":
            time.sleep(0.02)  # a customer's turn at SQLite's one write lock
    return total


def next_lines(store: Store, after: UUID | None) -> QuerySet[PurchaseLine]:
    same = Mapping.objects.filter(
        store=store, product_ref=OuterRef("product_ref"), variant=OuterRef("variant")
    )
    lines = PurchaseLine.objects.unplaced().filter(Exists(same), purchase__store=store).order_by("id")
    return lines.filter(pk__gt=after) if after else lines


def place_chunk(store: Store, lines: list[UUID], *, now: datetime) -> int:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return place_locked(store, lines, now=now)
        except (IntegrityError, Overtaken):
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the loop returns or raises")


def place_locked(store: Store, lines: list[UUID], *, now: datetime) -> int:
    meanings = Meanings(store)
    locked = PurchaseLine.objects.unplaced().filter(pk__in=lines).select_for_update(of=("self",))
    found = {str(line.pk): line for line in locked.select_related("purchase").order_by("id")}
    placements = [placement_of(line, meanings) for line in found.values()]
    place(placements, codes_of(placements, now=now), now=now)
    placed = [found[placement.line_id] for placement in placements if placement.placed]
    by_id = {placement.line_id: placement for placement in placements}
    for line in placed:
        line.placed_at, line.sealed_code = now, by_id[str(line.pk)].sealed_code
    PurchaseLine.objects.bulk_update(placed, ["placed_at", "sealed_code"])
    refunds.settle(line.purchase_id for line in placed)
    renewed = {line.subscription_ref for line in placed}
    subscriptions.settle(renewed, store=store, meanings=meanings, now=now)
    return len(placed)


def placement_of(line: PurchaseLine, meanings: Meanings) -> Placement:
    codes = open_codes(str(line.pk), bytes(line.sealed_code)) if line.sealed_code else ()
    what = (line.product_ref, line.variant, line.name, line.quantity, codes, line.registered_name)
    sold = SoldLine(*what, line.reference, line.subscription_ref, line.paid_until)
    owner = line.owner_id
    items = meanings.of(line.product_ref, line.variant, at=line.purchase.ordered_at)
    return Placement(str(line.pk), str(line.purchase_id), str(owner) if owner else None, sold, items)
