"""Which key serves which license, and until when. The database refuses what would break the rules (migration 0002)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from licensing.models import KeyAssignment, KeyState, License, RegistrationKey
from licensing.outgoing.facts import product_of
from licensing.outgoing.kinds import KEY_RETIRED
from licensing.outgoing.tell import tell


class KeyUnavailable(Exception):
    """The key is retired, or every seat of it is taken."""


def assign(*, license: License, key: RegistrationKey, now: datetime) -> KeyAssignment:
    """The key serves the license from `now`, in its lowest free seat (in none, if it serves all buyers).

    Raises `KeyUnavailable`, and IntegrityError for a license that another key serves.
    """
    with transaction.atomic():
        locked = held(key.pk)
        if locked.state == KeyState.RETIRED:
            raise KeyUnavailable("the key is retired")
        seat = free_seat(locked, now=now)
        if locked.state == KeyState.POOL:
            RegistrationKey.objects.filter(pk=key.pk).update(state=KeyState.SERVING)
            key.state = KeyState.SERVING
        return KeyAssignment.objects.create(key=key, license=license, seat=seat, starts_at=now)


def held(key_id: UUID) -> RegistrationKey:
    """The key, kept from everybody else until the transaction ends.

    One that serves all buyers is only read: it has no seats to count, and an import that gives it to many holds it for
    as long as its chunk takes. Should it retire meanwhile, the trigger refuses the assignment.
    """
    with_seats = RegistrationKey.objects.select_for_update().filter(pk=key_id, seats__isnull=False)
    return with_seats.first() or RegistrationKey.objects.get(pk=key_id)


def free_seat(key: RegistrationKey, *, now: datetime) -> int | None:
    """The lowest seat that nobody holds, also not in a grace period; None for a key that serves all.

    Raises `KeyUnavailable`.
    """
    if key.seats is None:
        return None
    taken = set(KeyAssignment.objects.serving(now=now).filter(key=key).values_list("seat", flat=True))
    free = next((seat for seat in range(1, key.seats + 1) if seat not in taken), None)
    if free is None:
        raise KeyUnavailable("every seat of the key is taken")
    return free


def end(assignment: KeyAssignment, *, at: datetime, reason: str) -> bool:
    """The key serves this license until `at` (which may lie ahead: a period of grace); False if it had an end already.

    The key retires when no license holds it any more, unless it serves all buyers: it never returns to the pool.
    """
    with transaction.atomic():
        key = held(assignment.key_id)
        ended = KeyAssignment.objects.open().filter(pk=assignment.pk).update(ends_at=at, end_reason=reason)
        if ended:
            assignment.ends_at, assignment.end_reason = at, reason
            retire_if_unused(key, at=at, reason=reason)
        return bool(ended)


def retire_if_unused(key: RegistrationKey, *, at: datetime, reason: str) -> None:
    if key.seats is not None and not KeyAssignment.objects.open().filter(key=key).exists():
        unused = RegistrationKey.objects.filter(pk=key.pk).exclude(state=KeyState.RETIRED)
        if unused.update(state=KeyState.RETIRED, retired_at=at, retired_reason=reason):
            facts = {"key": key.pk, "reason": reason, "retired_at": at}
            tell(KEY_RETIRED, lambda: [facts | product_of(key.edition)])
