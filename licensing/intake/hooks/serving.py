"""Keys for what an event put on file, at once; and by the next run, where a worker died in between."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models.functions import Now

from licensing.keys.waiting import serve_waiting
from licensing.models import Edition, EventState, HookEvent

AT_ONCE: Final = 100


def serve(event: HookEvent, *, now: datetime) -> int:
    """Give keys to those who wait for one of the editions that the event's orders hold; how many got one."""
    editions = Edition.objects.filter(licenses__line__purchase__events=event.pk)
    served = serve_waiting(editions.select_related("product").distinct(), now=now)
    HookEvent.objects.filter(pk=event.pk, state=EventState.DONE).update(lease_until=None)
    return served


def serve_left(*, now: datetime) -> int:
    """The same for events whose worker was killed between filing them and giving keys; how many events."""
    left = HookEvent.objects.filter(state=EventState.DONE, lease_until__lt=Now())
    for event in (those := list(left.order_by("lease_until")[:AT_ONCE])):
        serve(event, now=now)
    return len(those)
