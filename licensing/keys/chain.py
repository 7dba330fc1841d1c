"""A license's chain of keys: one is replaced by the next, or takes its place again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from licensing.keys.assign import KeyUnavailable, assign, end
from licensing.models import KeyAssignment, KeyState, RegistrationKey

MOVED: Final = "moved"
UNDONE: Final = "undone"
LEAKED: Final = "leaked"


def lock_keys(ids: Iterable[UUID]) -> None:
    """Hold these keys until the transaction ends, in one order for everybody: two moves in opposite directions
    between keys of many seats would wait for each other. Codes for all buyers nobody holds (`assign.held`)."""
    with_seats = RegistrationKey.objects.filter(pk__in=set(ids), seats__isnull=False)
    list(with_seats.select_for_update().order_by("pk").values_list("pk"))


def replace(
    old: KeyAssignment, *, key: RegistrationKey, until: datetime, reason: str, now: datetime
) -> KeyAssignment:
    """`key` serves the license from `now`, the old key until `until`; both are linked. Call it in a transaction.

    Raises `KeyUnavailable` where the old assignment has ended already, or the key has no seat left.
    """
    if not end(old, at=until, reason=reason):
        raise KeyUnavailable("this key no longer serves the license")
    return link(old, assign(license=old.license, key=key, now=now))


def take_back(new: KeyAssignment, *, now: datetime) -> KeyAssignment:
    """The key before `new` serves the license again; that of `new` ends at once and never returns to the pool.

    Call it in a transaction, within the old key's grace period. Raises `KeyUnavailable` where there is nothing to
    take back: the chain went on, the grace period is over, or the old key was retired for another reason.
    """
    former = KeyAssignment.objects.filter(replaced_by=new, ends_at__gt=now).select_related("key")
    lock_keys([new.key_id, *former.values_list("key", flat=True)])
    old = former.first()
    if old is None or not may_return(old):
        raise KeyUnavailable("there is no key to return to")
    if not end(new, at=now, reason=UNDONE):
        raise KeyUnavailable("this key no longer serves the license")
    KeyAssignment.objects.filter(pk=old.pk).update(ends_at=now)
    RegistrationKey.objects.filter(pk=old.key_id, state=KeyState.RETIRED).update(
        state=KeyState.SERVING, retired_at=None, retired_reason=""
    )
    return link(new, assign(license=new.license, key=old.key, now=now))


def may_return(old: KeyAssignment) -> bool:
    return old.key.state != KeyState.RETIRED or old.key.retired_reason == MOVED


def link(old: KeyAssignment, new: KeyAssignment) -> KeyAssignment:
    KeyAssignment.objects.filter(pk=old.pk).update(replaced_by=new)
    return new
