"""The test button: a shop's recorded sample comes in as if the shop had sent it, and is told what became of it."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Final

from licensing.intake import stores
from licensing.intake.hooks.accept import is_authentic, rows
from licensing.intake.hooks.connections import secrets_of, shop_of
from licensing.intake.hooks.process import process
from licensing.intake.shop import Shop
from licensing.models import Connection, HookEvent
from licensing.models.base import uuid7


class CannotBeSigned(Exception):
    """The connection's secret checks what the shop sends, and signs nothing: only the shop can."""


SAMPLES: Final = Path(stores.__file__).with_name("samples")


def try_sample(connection: Connection, *, now: datetime) -> list[HookEvent]:
    """The sample's events, as they are after they were processed. Always tests, whatever the connection is for.

    It goes through the same check and the same readers as what the shop sends. Each trial has ids of its own: the same
    sample sent twice would be the same event. The connection does not count as heard. Raises `CannotBeSigned`.
    """
    trial = copy(connection)
    trial.test = True
    shop = shop_of(trial)
    secret = next(iter(secrets_of(trial, now=now)), "")
    received = shop.sent(sample_of(shop), secret=secret, now=now)
    if not is_authentic(trial, received, now=now):
        raise CannotBeSigned
    made = rows(trial, received)
    for number, row in enumerate(made):
        row.event_id = f"sample-{uuid7()}-{number}"
        row.test = True
    HookEvent.objects.bulk_create(made)
    for row in made:
        process(row.pk)
    found = HookEvent.objects.select_related("connection__store", "purchase")
    return list(found.filter(pk__in=[row.pk for row in made]).order_by("id"))


def sample_of(shop: Shop) -> bytes:
    return (SAMPLES / shop.sample).read_bytes()
