"""Recorded bodies, sent to the running service as the shop would send them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.management.base import CommandError
from django.utils import timezone

from licensing.intake.hooks import connections
from licensing.intake.hooks.accept import LARGEST
from licensing.keys.sources.fetch import Answer, BadAnswer, NoAnswer, send
from licensing.keys.sources.hosts import PORTS, NotAllowed, Target
from licensing.models import Connection


def sent(connection: Connection, body: bytes) -> Answer:
    """What the service answers to this body, sent as the shop would send it now, over its public address."""
    now = timezone.now()
    secret = next(iter(connections.secrets_of(connection, now=now)), "")
    received = connections.shop_of(connection).sent(body, secret=secret, now=now)
    parts = urlsplit(connections.address_of(connection))
    target = Target(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        path=parts.path + (f"?{received.query}" if received.query else ""),
        internal=True,  # our own service, mostly on this very machine
    )
    try:
        return send(
            target,
            method=received.method,
            body=received.body,
            headers=received.headers,
            seconds=30,
            longest=LARGEST,
            whom="The service",
        )
    except (NotAllowed, NoAnswer, BadAnswer) as problem:
        raise CommandError(f"{problem} Is the service running at {parts.scheme}://{parts.netloc}?") from None
