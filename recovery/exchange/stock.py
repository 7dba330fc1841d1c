"""Support learns that keys run out before customers do, and at once when somebody waits for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from licensing.keys.sources.pool import Stock, low_stock
from licensing.models import Edition
from licensing.outgoing.facts import product_of
from licensing.outgoing.kinds import POOL_LOW
from licensing.outgoing.tell import tell
from recovery.limits import DAY
from recovery.mail.outbox import alert
from recovery.models import Exchange, ExchangeState, Message, MessageKind


def tell_of_low_stock(*, now: datetime) -> int:
    """One alert for each pool that has fallen below its level; how many."""
    with transaction.atomic():
        low = low_stock(now)
        for each in low:
            alert(f"stock {each.edition.sku}")
        if low:
            tell(POOL_LOW, lambda: [facts_of(each) for each in low])
    return len(low)


def facts_of(low: Stock) -> dict[str, Any]:
    left = {"left": low.level, "dry_on": low.dry_on}
    return {"edition": low.edition.pk, **product_of(low.edition), **left}


def tell_of_waiting(edition: Edition, *, apart_from: Sequence[Exchange]) -> None:
    """An alert for the first who wait for a key of the edition; who joins the queue later tells nothing new.

    One at a time for each edition: of many who find the pool empty at once, each would be the first. Without standing
    in the way of those who only refer to the edition.
    """
    edition = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    waiting = Exchange.objects.filter(to_edition=edition, state=ExchangeState.WAITING)
    about = f"waiting {edition.sku}"
    if not waiting.exclude(pk__in=[each.pk for each in apart_from]).exists() and not was_told(about, edition):
        alert(about)


def was_told(about: str, edition: Edition) -> bool:
    """Whether support had that alert lately, and filled no pool since: whoever asks and cancels in turns sends none."""
    told = Message.objects.filter(kind=MessageKind.ALERT, about=about, created_at__gt=Now() - DAY)
    return (told.filter(created_at__gt=edition.stocked_at) if edition.stocked_at else told).exists()
