"""A change is approved: it is noted, everybody concerned is told, and it waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from recovery.errors import AlreadyChanging, NotRunning
from recovery.models import ChangeState, OwnerChange
from recovery.owners.ending import close_cases
from recovery.owners.mistyped import set_aside
from recovery.owners.notices import give_notice


def waiting_period() -> timedelta:
    return timedelta(hours=settings.OWNER_CHANGE_HOURS)


def begin_waiting(change: OwnerChange, *, among: tuple[ChangeState, ...] = (), **facts: Any) -> None:
    """It takes effect after the waiting period, counted by the database's clock; every mailbox concerned is told now.

    In the caller's transaction. The state it was in decides: of two who approve at once, one does. Raises
    `NotRunning`, and `AlreadyChanging` where another change of the same customer waits.
    """
    known = OwnerChange.objects.filter(pk=change.pk, state__in=among or (change.state,))
    told = {name: getattr(change, name) for name in ("proved_at", "browser_digest")}
    try:
        with transaction.atomic():
            approved = known.update(
                state=ChangeState.WAITING,
                effective_at=Now() + waiting_period(),
                decided_at=Now(),
                awaits_until=None,
                **told,
                **facts,
            )
    except IntegrityError as error:
        raise AlreadyChanging from error
    if not approved:
        raise NotRunning
    change.refresh_from_db()
    close_cases(change)
    give_notice(change)
    set_aside(change)
