"""What shops sent is dropped some time after something was made of it: it holds people's data and codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from licensing.intake.hooks.events import FOR_A_PERSON
from licensing.models import EventState, HookEvent

SETTLED_DAYS: Final = 30  # so long support may look at what came in, or have it told again
UNSETTLED_DAYS: Final = 180  # nobody came for it in half a year: people's data are not kept on the chance
SETTLED: Final = (EventState.DONE, EventState.IGNORED)
NOBODY_CAME: Final = f"Nobody settled it within {UNSETTLED_DAYS} days; what it held has been dropped."
AT_ONCE: Final = 500


def drop_old_payloads() -> int:
    """Empty the payloads of events that were settled 30 days ago, and give up what nobody settled in 180; how many.

    Their rows stay: a repetition of the same event is known by its id.
    """
    kept = HookEvent.objects.filter(payload__isnull=False)
    settled = kept.filter(state__in=SETTLED, processed_at__lt=Now() - timedelta(days=SETTLED_DAYS))
    dropped = in_steps(settled, payload=None)
    # By when it came in: each time that it is looked at again it counts as processed.
    over = Q(received_at__lt=Now() - timedelta(days=UNSETTLED_DAYS))
    given_up = kept.filter(over, state__in=FOR_A_PERSON)
    return dropped + in_steps(given_up, payload=None, state=EventState.IGNORED, reason=NOBODY_CAME)


def in_steps(events: QuerySet[HookEvent], **fields: object) -> int:
    """Short transactions, so that nobody waits for the housekeeping."""
    total = 0
    while ids := list(events.values_list("pk", flat=True).order_by("pk")[:AT_ONCE]):
        total += HookEvent.objects.filter(pk__in=ids).update(**fields)
    return total
