"""A notification in one piece, kept because it could not be taken apart."""

from __future__ import annotations

import json
from typing import Final

from licensing.intake.shop import NotUnderstood, Received

HEADERS: Final = (
    "content-type",
    "x-wc-webhook-topic",
    "x-sendowl-event",
)  # what readers go by, never signatures


def packed(received: Received) -> bytes:
    """All that a shop's reader goes by, as JSON. Octets that are no UTF-8 survive (PEP 383)."""
    return json.dumps(
        {
            "method": received.method,
            "query": received.query,
            "headers": {name: received.headers[name] for name in HEADERS if name in received.headers},
            "body": received.body.decode("utf-8", "surrogateescape"),
        }
    ).encode("ascii")


def unpacked(payload: bytes) -> Received:
    """The notification again. Raises `NotUnderstood`."""
    try:
        kept = json.loads(payload)
        body = kept["body"].encode("utf-8", "surrogateescape")
        return Received(kept["method"], body, kept["query"], kept["headers"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotUnderstood("What was kept of it is damaged.") from error
