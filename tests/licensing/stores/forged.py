"""Notifications that a shop did not send, for every kind that signs: one test for each kind calls `are_refused`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from licensing.intake.shop import Received, Shop
from tests.licensing.stores.hostile import NOW, SECRET

OTHER = "another one, only for tests"
HEADERS = (
    "",
    " ",
    ",",
    ";",
    "=",
    "é",
    "\ud800",
    "t=,v1=",
    "ts=;h1=",
    "t=1,t=2,v1=,v1=",
    "a" * 100_000,
    "=" * 10_000,
)


def are_refused(shop: Shop, body: bytes, *, header: str = "") -> None:
    """The genuine one is taken, also under the second of two live secrets; every altered one is not, nor does any
    raise. `header`: where the signature stands; empty, where that is in the body, of which then every octet is altered.
    """
    genuine = shop.sent(body, secret=SECRET, now=NOW)
    assert accepts(shop, genuine)
    assert accepts(shop, genuine, OTHER, SECRET)
    assert not accepts(shop, genuine, OTHER)
    assert not accepts(shop, genuine, "")
    assert not shop.is_authentic(genuine, secrets=[], now=NOW)
    assert not accepts(shop, shop.sent(body, secret="", now=NOW), "")
    for number, forged in enumerate(forgeries(genuine, header) if header else altered(genuine)):
        assert not accepts(shop, forged), (
            f"forgery {number} is taken: the signature must cover all that is sent"
        )


def are_refused_late(shop: Shop, body: bytes, *, window: int = 300) -> None:
    """Replayed, or from the future: taken until the window's edge on both sides, and no second longer."""
    genuine = shop.sent(body, secret=SECRET, now=NOW)
    for seconds in (-window, window):
        assert shop.is_authentic(genuine, secrets=[SECRET], now=NOW + timedelta(seconds=seconds))
    for seconds in (-window - 1, window + 1):
        assert not shop.is_authentic(genuine, secrets=[SECRET], now=NOW + timedelta(seconds=seconds))


def accepts(shop: Shop, received: Received, *secrets: str) -> bool:
    return shop.is_authentic(received, secrets=secrets or [SECRET], now=NOW)


def altered(genuine: Received) -> Iterator[Received]:
    body = genuine.body
    for place, octet in enumerate(body):
        yield genuine._replace(body=body[:place] + bytes([octet ^ 1]) + body[place + 1 :])
    yield genuine._replace(body=body[: len(body) // 2])
    yield genuine._replace(body=b"")


def forgeries(genuine: Received, header: str) -> Iterator[Received]:
    signature, body = genuine.headers[header], genuine.body
    yield genuine._replace(body=body + b" ")
    yield genuine._replace(body=body[:-1])
    yield genuine._replace(body=bytes([body[0] ^ 1]) + body[1:])
    yield genuine._replace(body=b"")
    yield genuine._replace(headers={})
    for altered in (*HEADERS, signature[:-1], signature[1:], signature[:-4], signature[::-1]):
        yield genuine._replace(headers={**genuine.headers, header: altered})
