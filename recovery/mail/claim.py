"""Taking due mails out of the outbox under a lease, and keeping the lease while they are being sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from recovery.models import Message, MessageState, WorkerPulse

log = structlog.get_logger(__name__)

OPEN_STATES = [MessageState.WAITING, MessageState.SENDING]
LONGEST_ATTEMPT_SECONDS = 200  # of one mail, before its lease is let go; below Celery's hard time limit


def claim(owner: UUID, *, most: int) -> list[Message]:
    """Up to `most` due mails, oldest first, now leased to `owner`; nobody else gets them until the lease ends.

    Compared with the database's clock inside the statements that decide. SQLite ignores SKIP LOCKED and needs none:
    its transactions begin with the write lock.
    """
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    due = Message.objects.filter(free, state__in=OPEN_STATES, due_at__lte=Now())
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        ids = list(
            due.order_by("due_at").select_for_update(skip_locked=skip).values_list("pk", flat=True)[:most]
        )
        due.filter(pk__in=ids).update(lease_owner=owner, lease_until=Now() + lease_length())
    leased = Message.objects.filter(pk__in=ids, lease_owner=owner, state__in=OPEN_STATES).select_related(
        "request"
    )
    return list(leased.order_by("due_at")) if ids else []


def lease_length() -> timedelta:
    return timedelta(seconds=settings.MAIL_LEASE_SECONDS)


def renew(owner: UUID) -> int:
    """Keep what the owner still has to send; how many that are.

    A row that is being marked at this moment is passed over until the next beat: waiting for it while holding others
    could be waiting for a statement that waits for those.
    """
    WorkerPulse.beat()
    held = Message.objects.filter(lease_owner=owner, state__in=OPEN_STATES).order_by()
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        ids = list(held.select_for_update(skip_locked=skip).values_list("pk", flat=True))
        return held.filter(pk__in=ids).update(lease_until=Now() + lease_length())


class Heartbeat:
    """Renews an owner's lease from a thread of its own, a quarter of its length apart.

    Falls silent when one mail takes longer than an attempt may: then the lease runs out, and somebody else takes over.
    """

    def __init__(self, owner: UUID, *, beat: Callable[[UUID], object] = renew) -> None:
        self.owner = owner
        self.beat = beat
        self.stopped = threading.Event()
        self.attempt_began = time.monotonic()
        self.thread = threading.Thread(target=self.run, name="lease", daemon=True)

    def attempt_begins(self) -> None:
        self.attempt_began = time.monotonic()

    def run(self) -> None:
        while not self.stopped.wait(settings.MAIL_LEASE_SECONDS / 4):
            if time.monotonic() - self.attempt_began > LONGEST_ATTEMPT_SECONDS:
                break
            self.try_to_renew()
        connection.close()

    def try_to_renew(self) -> None:
        """A database that restarts costs one beat, not the lease: the next beat has a new connection."""
        try:
            self.beat(self.owner)
        except DatabaseError as error:
            log.warning("lease_not_renewed", error=type(error).__name__)
            connection.close()

    def __enter__(self) -> Heartbeat:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self.thread.join()
