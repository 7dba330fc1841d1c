"""A notification that was kept whole, because nobody understood it, is taken apart once more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from licensing.intake.hooks.accept import taken_apart
from licensing.intake.hooks.connections import shop_of
from licensing.intake.hooks.envelope import unpacked
from licensing.intake.hooks.events import nudge, payload_of
from licensing.intake.hooks.filing import Verdict, locked, settle
from licensing.models import EventState, HookEvent


def unpack(event: HookEvent, *, now: datetime) -> None:
    """Keep what it tells as events of their own, each once. Raises `NotUnderstood` where the shop's reader does.

    What came in as a test stays one, though its connection is in test mode no more.
    """
    shop = shop_of(event.connection)
    made = taken_apart(event.connection, shop, unpacked(payload_of(event)))
    for each in made:
        each.test = each.test or event.test
    with transaction.atomic():
        if locked(event):
            HookEvent.objects.bulk_create(made, ignore_conflicts=True)
            settle(event, Verdict(EventState.IGNORED, f"Taken apart into {len(made)} later."), now=now)
    transaction.on_commit(lambda: nudge(), robust=True)
