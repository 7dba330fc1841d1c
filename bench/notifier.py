"""A shop that tells of one order after another: WooCommerce's, since its signature is the plainest of all."""

import base64
import hmac
import os
from hashlib import sha256
from urllib.parse import urlsplit

from bench.browser import Line

SECRET_VARIABLE = "BENCH_HOOK_SECRET"
ORDER = (
    '{"id": %d, "number": "%d", "status": "completed", "date_created_gmt": "2026-05-01T10:00:00", '
    '"date_paid_gmt": "2026-05-01T10:00:05", "currency": "EUR", "total": "39.00", '
    '"billing": {"first_name": "Anna", "last_name": "Example", "email": "%s@example.com", "country": "DE"}, '
    '"line_items": [{"id": 7, "name": "Clip Cutter", "product_id": 11, "variation_id": 0, "quantity": 1, '
    '"total": "39.00", "total_tax": "0.00", "sku": "CLIP"}], "refunds": []}'
)


class Notifier(Line):
    """One of a shop's connections to this service."""

    def __init__(self, port: int, address: str) -> None:
        super().__init__(port)
        self.path = urlsplit(address).path
        self.secret = os.environ[SECRET_VARIABLE].encode()

    def post(self, name: str, number: int) -> bytes:
        """The bytes that tell of that name's order, which nobody told of before."""
        unique = int.from_bytes(os.urandom(6))
        body = (ORDER % (unique, unique, name)).encode()
        signature = base64.b64encode(hmac.digest(self.secret, body, sha256)).decode()
        head = [
            f"POST {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"X-Forwarded-For: 10.{number >> 8 & 255}.{number & 255}.7",
            "Content-Type: application/json",
            "X-WC-Webhook-Topic: order.updated",
            f"X-WC-Webhook-Signature: {signature}",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*head, "", ""]).encode() + body
