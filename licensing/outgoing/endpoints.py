"""Endpoints: made, changed, switched off and on, and the secrets that sign what they are told.

`by` is the login. Each deed stands in the audit trail, in its own transaction; a secret never does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from licensing.audit.trail import record
from licensing.keys.sealed import vault
from licensing.models import Endpoint, WhyOff
from licensing.models.outgoing import without_query
from licensing.outgoing.hosts import target_of
from licensing.outgoing.kinds import CHOICES, TEST
from licensing.outgoing.signing import new_secret
from licensing.outgoing.tell import promise

BOTH_SIGN: Final = timedelta(hours=24)  # after a rotation
MOST: Final = (
    10  # that are on: each has a thread of the worker's and a connection to the database while it is told
)
PARTS: Final = ("secret", "former_secret")  # the columns `sealed_…`
ON: Final[dict[str, Any]] = {"enabled": True, "disabled_at": None, "disabled_because": ""}
RESTED: Final[dict[str, Any]] = {"failing_since": None, "failures": 0, "rests_until": None}


class NotPossible(Exception):
    """The endpoint does not stand so that this can be done; the message says why, to people."""


@dataclass(frozen=True)
class Wanted:
    """What a person says of an endpoint."""

    url: str
    kinds: Sequence[str]
    description: str = ""
    also_files: bool = False


def add(wanted: Wanted, *, endpoint_id: UUID, by: str) -> tuple[Endpoint, str]:
    """A new endpoint, which is told from now on, and its secret, which is never shown again.

    The same id twice (a form that was sent again) makes one. Raises `NotAllowed`, `NotPossible`.
    """
    checked(wanted)
    secret = new_secret()
    endpoint = Endpoint(pk=endpoint_id, **told_of(wanted))
    endpoint.sealed_secret = sealed(endpoint.pk, "secret", secret)
    with transaction.atomic():
        refuse_too_many()
        try:
            with transaction.atomic():
                endpoint.save(force_insert=True)
        except IntegrityError:
            raise NotPossible("It was added already. Its secret was shown then, and only then.") from None
        record("endpoint.added", by=by, row=endpoint, details=noted(told_of(wanted)))
    return endpoint, secret


def change(endpoint_id: UUID, wanted: Wanted, *, by: str) -> Endpoint:
    """Another address, or other events, from now on. What waits goes to the new address. Raises `NotAllowed`."""
    checked(wanted)
    with transaction.atomic():
        endpoint = held(endpoint_id)
        before = {name: getattr(endpoint, name) for name in told_of(wanted)}
        Endpoint.objects.filter(pk=endpoint_id).update(**told_of(wanted))
        record(
            "endpoint.changed",
            by=by,
            row=endpoint,
            details={"before": noted(before), "after": noted(told_of(wanted))} | of_query(before, wanted),
        )
    endpoint.refresh_from_db()
    return endpoint


def rotate(endpoint_id: UUID, *, by: str, now: datetime) -> str:
    """A new secret, which is never shown again; the one until now signs beside it for a day.

    Raises `NotPossible` while there is a former one: pressed twice, it would end the one that the receiver has.
    """
    secret = new_secret()
    with transaction.atomic():
        endpoint = held(endpoint_id)
        if former_signs(endpoint, now=now):
            raise NotPossible("The secret was changed in the last 24 hours. End the former one first.")
        until = now + BOTH_SIGN
        Endpoint.objects.filter(pk=endpoint_id).update(
            sealed_secret=sealed(endpoint_id, "secret", secret),
            sealed_former_secret=sealed(endpoint_id, "former_secret", opened(endpoint, "secret")),
            former_until=until,
        )
        record("endpoint.secret_rotated", by=by, row=endpoint, details={"both_until": str(until)})
    return secret


def end_former(endpoint_id: UUID, *, by: str) -> None:
    """Only the present secret signs from now on."""
    with transaction.atomic():
        endpoint = held(endpoint_id)
        Endpoint.objects.filter(pk=endpoint_id).update(sealed_former_secret=None, former_until=None)
        record("endpoint.former_secret_ended", by=by, row=endpoint)


def secrets_of(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """What signs: the present secret first. Raises `Tampered` or `UnknownKey`."""
    found = [opened(endpoint, "secret")]
    return [*found, opened(endpoint, "former_secret")] if former_signs(endpoint, now=now) else found


def former_signs(endpoint: Endpoint, *, now: datetime) -> bool:
    return endpoint.former_until is not None and endpoint.former_until > now


def disable(endpoint_id: UUID, *, by: str, now: datetime) -> bool:
    """Tell it nothing from now on; what waits, waits. Whether it was this call that did."""
    with transaction.atomic():
        endpoint = held(endpoint_id)
        off = {"enabled": False, "disabled_at": now, "disabled_because": WhyOff.BY_HAND}
        done = bool(Endpoint.objects.filter(pk=endpoint_id, enabled=True).update(**off))
        if done:
            record("endpoint.disabled", by=by, row=endpoint, details={"because": WhyOff.BY_HAND})
    return done


def enable(endpoint_id: UUID, *, by: str) -> bool:
    """Tell it again, first of what waited. What happened while it was off is not told.

    Whether it was this call that did. Raises `NotAllowed` where its address may not be told any more, `NotPossible`.
    """
    with transaction.atomic():
        endpoint = held(endpoint_id)
        target_of(endpoint.url)
        refuse_too_many()
        done = bool(Endpoint.objects.filter(pk=endpoint_id, enabled=False).update(**ON, **RESTED))
        if done:
            record("endpoint.enabled", by=by, row=endpoint)
    return done


def send_test(endpoint_id: UUID, *, by: str) -> None:
    """Promise it a test event, whatever it wants to be told of. Raises `NotPossible` where it is off."""
    with transaction.atomic():
        endpoint = held(endpoint_id)
        refuse_off(endpoint)
        Endpoint.objects.filter(pk=endpoint_id).update(rests_until=None)
        now: datetime = Endpoint.objects.filter(pk=endpoint_id).values_list(Now(), flat=True).get()
        promise(TEST, [{"endpoint": endpoint.pk}], endpoints=[endpoint.pk], now=now)
        record("endpoint.tested", by=by, row=endpoint)


def refuse_off(endpoint: Endpoint) -> None:
    if not endpoint.enabled:
        raise NotPossible("It is off. Switch it on first.")


def refuse_too_many() -> None:
    if Endpoint.objects.filter(enabled=True).count() >= MOST:
        raise NotPossible(f"{MOST} endpoints are on already; that is the most. Switch one off first.")


def checked(wanted: Wanted) -> None:
    target_of(wanted.url)
    known = {each.name for each in CHOICES}
    if not wanted.kinds or not known.issuperset(wanted.kinds):
        raise NotPossible("Choose at least one of the events that there are.")


def told_of(wanted: Wanted) -> dict[str, Any]:
    return {
        "url": wanted.url,
        "description": wanted.description.strip(),
        "kinds": sorted(set(wanted.kinds)),
        "also_files": wanted.also_files,
    }


def noted(told: dict[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps of it, for ever: not the address's query."""
    return told | {"url": without_query(told["url"])}


def of_query(before: dict[str, Any], wanted: Wanted) -> dict[str, str]:
    """That it is another one, where nothing else of the address says so."""
    old, new = before["url"], wanted.url
    changed = old != new and without_query(old) == without_query(new)
    return {"query": "changed"} if changed else {}


def held(endpoint_id: UUID) -> Endpoint:
    """The endpoint, until the transaction ends; not in the way of who writes events for it. Raises `DoesNotExist`."""
    return Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)


def sealed(endpoint_id: UUID, part: str, value: str) -> bytes:
    return vault().encrypt(value.encode("ascii"), identity=identity(endpoint_id, part))


def opened(endpoint: Endpoint, part: str) -> str:
    value: Any = getattr(endpoint, f"sealed_{part}")
    return vault().decrypt(bytes(value), identity=identity(endpoint.pk, part)).decode("ascii")


def identity(endpoint_id: UUID, part: str) -> str:
    """What a sealed column is bound to."""
    return f"endpoint:{endpoint_id}:{part}"
