"""One of the vendor's systems calls: who it is, whether it may, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q

from licensing.console.second_person import ForTwo, is_held
from recovery.api_secrets import digest_of, is_secret
from recovery.errors import KeyOver, NoSuchKey, ScopeMissing, SecondPersonMissing, TooManyElsewhere
from recovery.limits import CODES_ELSEWHERE, Limit, Room, api_key_digest, look, take, take_each
from recovery.models import ApiKey, Scope

A_MINUTE: Final = timedelta(minutes=1)
# So that a program which goes on calling when it is refused does not fill the audit trail, which nobody may empty.
TOLD_REFUSALS: Final = Limit("api_refusals", 1, A_MINUTE)


def key_of(secret: str) -> ApiKey:
    """Raises `NoSuchKey`. What has not the form of a key asks the database nothing."""
    found = ApiKey.objects.filter(digest=digest_of(secret)).first() if is_secret(secret) else None
    if found is None:
        raise NoSuchKey
    return found


def limit_of(key: ApiKey) -> Limit:
    return Limit("api_calls", key.per_minute, A_MINUTE)


def count_call(key: ApiKey, *, now: datetime) -> Room:
    """Count the call, whatever becomes of it; `allowed` is off where it is one too many."""
    return take_each([(limit_of(key), api_key_digest(key.pk))], now=now)


def is_told(key: ApiKey, *, now: datetime) -> bool:
    """Whether a call that is one too many goes into the audit trail: the first of each minute does."""
    return take(TOLD_REFUSALS, api_key_digest(key.pk), now=now)


def ensure_good(key: ApiKey, *, now: datetime) -> None:
    """Note that the key was used, once a minute. Raises `KeyOver`."""
    if key.is_over(now=now):
        raise KeyOver
    before = now - A_MINUTE
    if key.last_used_at is None or key.last_used_at <= before:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=before)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)


def ensure_allowed(key: ApiKey, scope: Scope | None, *, for_two: ForTwo | None) -> None:
    """Raises `ScopeMissing`, and `SecondPersonMissing` for what the settings let nobody do alone: who may call for it
    with a key was approved, with what the key may do, when the key was made."""
    if scope is not None and scope not in key.allowed:
        raise ScopeMissing(scope)
    if for_two is not None and is_held(for_two, settings.SECOND_PERSON) and not key.approved_by:
        raise SecondPersonMissing


def ensure_may_compare(key: ApiKey, *, now: datetime) -> None:
    """Before codes are compared with those of other editions. Raises `TooManyElsewhere`."""
    room = look(CODES_ELSEWHERE, api_key_digest(key.pk), now=now)
    if not room.allowed:
        raise TooManyElsewhere(room.seconds)


def count_elsewhere(key: ApiKey, *, now: datetime) -> int:
    """Before the key is told that another edition has a code: how often it still may be told today.

    Raises `TooManyElsewhere`, also where calls at once were all begun with some left.
    """
    room = take_each([(CODES_ELSEWHERE, api_key_digest(key.pk))], now=now)
    if not room.allowed:
        raise TooManyElsewhere(room.seconds)
    return room.uses
