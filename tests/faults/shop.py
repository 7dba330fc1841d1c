"""A shop that tells a running service of its orders, over plain sockets: WooCommerce, with bodies of any kind."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from urllib.parse import urlsplit

from licensing.intake.hooks.connections import address_of, connect
from licensing.intake.hooks.process import LEASE
from licensing.intake.stores import KINDS
from licensing.models import Purchase
from tests import factories
from tests.journeys.service import Service
from tests.kit.waiting import wait_until

SECRET = "a secret of tests"
KIND = "woocommerce"
_numbers = count(7001)


@dataclass
class ConnectedShop:
    """Where it sends to, and the store that it is here."""

    service: Service
    path: str
    store: str

    def order(self, email: str = "canary.anna@example.com") -> tuple[str, bytes]:
        """An order that nobody told of yet: its reference, and how the shop writes it."""
        number = next(_numbers)
        line = {"id": 1, "name": "Thing", "product_id": 11, "variation_id": 0, "quantity": 1, "total": "9.00"}
        told = {
            "id": number,
            "number": str(number),
            "status": "completed",
            "currency": "EUR",
            "total": "9.00",
            "date_created_gmt": "2026-05-01T10:00:00",
            "date_paid_gmt": "2026-05-01T10:00:05",
            "billing": {"first_name": "Anna", "last_name": "Example", "email": email},
            "line_items": [line],
            "refunds": [],
        }
        return str(number), json.dumps(told).encode()

    def head(self, body: bytes, *lines: str) -> bytes:
        """The head of the request that brings this body, signed; `lines` say how long the body is."""
        sent = KINDS[KIND].sent(body, secret=SECRET, now=datetime.now(UTC))
        headers = [f"{name}: {value}" for name, value in sent.headers.items()]
        host = f"Host: 127.0.0.1:{self.service.port}"
        return "\r\n".join([f"POST {self.path} HTTP/1.1", host, *headers, *lines, "", ""]).encode()

    def tell(self, body: bytes) -> int:
        return self.send([self.head(body, f"Content-Length: {len(body)}"), body])

    def tell_in_chunks(self, body: bytes, *, size: int) -> int:
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
        return self.send([self.head(body, "Transfer-Encoding: chunked"), *chunks, b"0\r\n\r\n"])

    def send(self, pieces: list[bytes]) -> int:
        """The status that comes back; 0 if the line was cut without one."""
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=30) as line:
            try:
                for piece in pieces:
                    line.sendall(piece)
            except ConnectionError:
                pass  # who is told too much may hang up before its end
            try:
                words = line.recv(1 << 12).split(b" ", 2)
            except ConnectionError:
                return 0
            return int(words[1]) if len(words) > 1 else 0

    def is_on_file(self, reference: str) -> bool:
        return Purchase.objects.filter(store__name=self.store, reference=reference).exists()


def connected_shop(service: Service) -> ConnectedShop:
    """A new connection of that service."""
    name = f"shop-{next(_numbers)}"
    with service.records():
        connection = connect(
            store=factories.store(name=name, kind=KIND), name="main", test=False, secret=SECRET
        )
        return ConnectedShop(service, urlsplit(address_of(connection)).path, name)


def assert_on_file(shop: ConnectedShop, *references: str) -> None:
    """Within the usual patience, and the lease of a worker that may have died with one of them in hand."""
    timeout = shop.service.patience + LEASE.total_seconds()
    with shop.service.records():
        for reference in references:
            wait_until(partial(shop.is_on_file, reference), what=reference, timeout=timeout)
