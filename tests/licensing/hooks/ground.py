"""What tests of notifications begin from: a connected shop, what it sends, and a worker's run."""

from __future__ import annotations

import json
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from licensing.intake.hooks.connections import address_of, connect
from licensing.intake.hooks.process import process_due
from licensing.models import Connection, HookEvent, RegistrationKey
from tests import factories
from tests.licensing.hooks.signed_shop import KIND, sign

SECRET = "a secret of tests"
UNSIGNED = "test-unsigned"
_numbers = count(1)

Said = dict[str, Any]


def connected(*, kind: str = KIND, name: str = "", **more: Any) -> Connection:
    """A new connection to a store of its own."""
    store = factories.store(name=name or f"{kind}-{next(_numbers)}", kind=kind)
    return connect(store=store, name="main", **{"test": False, "secret": SECRET, **more})


def sold(order: str = "1001", **said: Any) -> Said:
    product = {"product": "thing", "email": "anna@example.com"}
    return {"id": f"evt_{next(_numbers)}", "type": "sold", "order": order, **product, **said}


def refunded(order: str = "1001", **said: Any) -> Said:
    return {"id": f"evt_{next(_numbers)}", "type": "refunded", "order": order, **said}


def body_of(*events: Said) -> bytes:
    return json.dumps({"events": events}).encode()


def post(
    connection: Connection, body: bytes, *, secret: str = SECRET, content_type: str = "application/json"
) -> HttpResponse:
    path = urlsplit(address_of(connection)).path
    client = Client(raise_request_exception=False)
    headers = {"x-sign": sign(body, secret)}
    response = client.post(path, data=body, content_type=content_type, headers=headers)
    assert isinstance(response, HttpResponse)
    return response


def tell(connection: Connection, *events: Said, secret: str = SECRET) -> HttpResponse:
    """The shop sends these in one notification."""
    return post(connection, body_of(*events), secret=secret)


def work() -> list[tuple[str, str]]:
    """A worker's run; state and reason of every event, in the order in which they came."""
    process_due()
    return states()


def states() -> list[tuple[str, str]]:
    return [(event.state, event.reason) for event in HookEvent.objects.order_by("received_at", "id")]


def sellable(connection: Connection, *, keys: int = 0) -> list[RegistrationKey]:
    """The shop's "thing" is mapped to an edition with so many keys in its pool."""
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref="thing", store=connection.store)
    return [factories.key(edition=edition) for _ in range(keys)]
