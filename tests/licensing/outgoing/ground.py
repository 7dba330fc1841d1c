"""An endpoint that listens, one run of its lane, and what the scheme says of a signature, written down once more."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from licensing.models import Delivery, Endpoint
from licensing.models.base import uuid7
from licensing.outgoing.deliver import tell_next, tell_one_by_one
from licensing.outgoing.endpoints import Wanted, add
from licensing.outgoing.kinds import CHOICES
from tests.licensing.sources.generators import Asked, Generator

ALL = [each.name for each in CHOICES]


def listening(url: str = "https://hooks.example.com/", **wanted: Any) -> tuple[Endpoint, str]:
    """An endpoint there, for every kind of event if none are named, and its secret."""
    return add(Wanted(url=url, **{"kinds": ALL, **wanted}), endpoint_id=uuid7(), by="lead")


def told_there(endpoint: Endpoint) -> None:
    """One run of its lane, to the end of what is due."""
    tell_one_by_one(endpoint.pk, seconds=60, disabled=nobody_is_mailed)


def try_once(endpoint: Endpoint) -> bool:
    return tell_next(endpoint.pk, disabled=nobody_is_mailed)


def nobody_is_mailed(endpoint: Endpoint) -> None:
    """What is mailed then: tests/recovery/outgoing."""


def let_pass(span: timedelta) -> None:
    """As if that much time had passed since everything that was written down."""
    for delivery in Delivery.objects.all():
        moments = ("due_at", "lease_until", "first_attempt_at", "attempt_at")
        back = {name: at - span for name in moments if (at := getattr(delivery, name))}
        Delivery.objects.filter(pk=delivery.pk).update(**back)
    for endpoint in Endpoint.objects.all():
        moments = ("failing_since", "rests_until", "answered_at", "former_until")
        back = {name: at - span for name in moments if (at := getattr(endpoint, name))}
        Endpoint.objects.filter(pk=endpoint.pk).update(**back)


def make_due() -> None:
    Delivery.objects.update(due_at=Now(), lease_until=None)
    Endpoint.objects.update(rests_until=None)


def bodies(kind: str = "") -> list[dict[str, Any]]:
    """What was written for endpoints, the oldest first."""
    rows = Delivery.objects.order_by("pk")
    return [json.loads(each.body) for each in (rows.filter(kind=kind) if kind else rows)]


def is_signed(asked: Asked, secret: str) -> bool:
    """As a receiver finds out, by the scheme's own words."""
    sent = {name.lower(): value for name, value in asked.headers.items()}
    content = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + asked.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return wanted in sent["webhook-signature"].split(" ")


def ids(receiver: Generator) -> list[str]:
    return [asked.headers["webhook-id"] for asked in receiver.asked]
