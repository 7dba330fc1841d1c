"""How endpoints stand and what became of what they were told, for the console's pages."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from licensing.console.search import first_id_at
from licensing.models import Delivery, DeliveryState, Endpoint, WhyOff
from licensing.outgoing.mark import PATIENCE

AT_MOST: Final = 200  # of an endpoint's newest: what is older says nothing of how it is now
LATELY: Final = timedelta(days=7)
SLACK: Final = timedelta(days=1)


def switched_off() -> QuerySet[Endpoint]:
    """Those that nobody switched off."""
    return Endpoint.objects.filter(enabled=False).exclude(disabled_because=WhyOff.BY_HAND)


def given_up(*, now: datetime) -> QuerySet[Delivery]:
    """What was given up in the last week; what was told anew since is not. Ids are by age, and have an index."""
    since = now - LATELY
    oldest = first_id_at(since - PATIENCE - SLACK)
    return Delivery.objects.filter(state=DeliveryState.FAILED, pk__gte=oldest, done_at__gte=since)


def recent_states(endpoint: Endpoint) -> Counter[str]:
    newest = Delivery.objects.filter(endpoint=endpoint).order_by("-id")
    return Counter(newest.values_list("state", flat=True)[:AT_MOST])
