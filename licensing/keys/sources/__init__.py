"""Where new keys come from: each edition names its source, and everything that needs a key asks `supply`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError

from licensing.keys.signing import NoSigningKey
from licensing.keys.sources import pattern, pool, remote, signed
from licensing.keys.sources.options import check_options
from licensing.keys.sources.pattern import BadPattern
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import Edition, KeySource, KeyState, License, RegistrationKey

log = structlog.get_logger(__name__)

SOURCES = {
    KeySource.POOL: pool.supply,
    KeySource.PATTERN: pattern.supply,
    KeySource.SIGNED: signed.supply,
    KeySource.REMOTE: remote.supply,
}


def supply(
    edition: Edition, licenses: Sequence[License], *, now: datetime, apart_from: UUID | None = None
) -> dict[UUID, RegistrationKey]:
    """License id -> key, for those that can be served now. Call it in a transaction that holds the licenses' locks.

    Every key is claimed: `SERVING`, stored, nobody else's, ready for `licensing.keys.assign.assign`. Licenses that are
    missing wait: the pool is empty, a generator is being asked, or the source is not set up (`problem_with` says so).
    An edition with one code for all buyers gives that one. `apart_from`: a key that must not be given again, such as
    a leaked code. It never waits for a network.
    """
    if shared := for_all_buyers(edition, apart_from=apart_from):
        return {license.id: shared for license in licenses}
    try:
        return SOURCES[KeySource(edition.key_source)](edition, licenses, now=now)
    except (BadPattern, NoSigningKey, Tampered, UnknownKey) as problem:  # raised before anything is written
        log.warning("source_not_ready", edition=str(edition.pk), problem=str(problem))
        return {}


def problem_with(edition: Edition) -> str:
    """Why the edition's source cannot make keys as it is set up, in words for support; empty if it can.

    An empty pool is no such problem, nor a generator that does not answer.
    """
    try:
        check_options(edition)
    except ValidationError as problem:
        return " ".join(problem.messages)
    return ""


def for_all_buyers(edition: Edition, *, apart_from: UUID | None) -> RegistrationKey | None:
    """The code that serves every buyer of the edition, taken out of the pool; None if there is no such one.

    Of several the newest: it was loaded because the one before it leaked, which goes on serving those who have it.
    """
    shared = edition.keys.filter(seats=None).exclude(state=KeyState.RETIRED)
    if apart_from:
        shared = shared.exclude(pk=apart_from)
    if (key := shared.order_by("-created_at", "-id").first()) and key.state == KeyState.POOL:
        pool.claimed(key)
    return key
