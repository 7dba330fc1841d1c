"""One attempt to tell an endpoint of one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from licensing.keys.sources.fetch import BadAnswer, NoAnswer, send, status_of
from licensing.keys.sources.hosts import NotAllowed
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import Delivery, Endpoint
from licensing.outgoing.endpoints import secrets_of
from licensing.outgoing.hosts import target_of
from licensing.outgoing.signing import signatures

SECONDS: Final = 15.0  # to connect, send and be answered; the look-up of the name comes on top
LONGEST_HEAD: Final = 64 * 1024  # octets of the answer's head; its body is not read
UNREADABLE: Final = "Its secret cannot be read: a key is missing from ENCRYPTION_KEYS."


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. `words` are ours, never the receiver's: what it answers could name a person."""

    taken: bool
    gone: bool
    words: str


def attempt(delivery: Delivery, endpoint: Endpoint, *, now: datetime) -> Outcome:
    """Never raises for what the other side does; never call it in a transaction.

    Taken is what is answered with any 2xx. Redirects are not followed: they are failures as any other.
    """
    try:
        answer = send(
            target_of(endpoint.url),
            method="POST",
            headers=headers(delivery, endpoint, now=now),
            body=delivery.body.encode(),
            seconds=SECONDS,
            longest=LONGEST_HEAD,
            whom="The endpoint",
            take=status_of,
        )
    except (NoAnswer, BadAnswer, NotAllowed) as problem:
        return Outcome(taken=False, gone=False, words=str(problem)[:100])
    except (Tampered, UnknownKey):
        return Outcome(taken=False, gone=False, words=UNREADABLE)
    return Outcome(
        taken=200 <= answer.status < 300,
        gone=answer.status == HTTPStatus.GONE,
        words=status_line(answer.status),
    )


def headers(delivery: Delivery, endpoint: Endpoint, *, now: datetime) -> dict[str, str]:
    """As Standard Webhooks names them. The id is the same on every attempt, the time is that of the attempt."""
    moment = int(now.timestamp())
    keys = secrets_of(endpoint, now=now)
    signed = signatures(delivery.webhook_id, timestamp=moment, body=delivery.body.encode(), keys=keys)
    return {
        "Content-Type": "application/json",
        "User-Agent": "License-Recovery",
        "webhook-id": delivery.webhook_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signed,
    }


def status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
