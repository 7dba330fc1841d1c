"""FastSpring's "Remote Server Request": it asks for the key of one product of an order and shows our answer to its
buyer.

Its form is known from public code and set-up guides only (a PHP script of FastSpring's that many copied, receivers in
Java, Kotlin and Node, soraco/qlm, lessons.livecode.com): `email`, `name`, `company`, `reference` (the order's),
`internalProductName`, `quantity`, `test`, and `security_request_hash`: MD5 in hexadecimal over the values of all other
fields, in the order of their names, and the private key. "Single-Line License (Quantity Based)" takes a key a line.

Decided here, since no document says it:

- The hash runs over the values alone, so letters could be moved from one field to the next without changing it, by
  somebody who has seen a request. Requests come over TLS, and one order's line is answered once: accepted.
- A refusal is a status that is no success: whatever is answered with a success is shown to the buyer as a key.
- A request that names a subscription is refused, since it does not say when that ends: its key would last for ever.
- A request that does not say whether it is a test is refused, as webhooks are: a test storefront is open to anybody,
  and takes a card that everybody knows.
- The request does not say when the order was made: it is made now, the buyer waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine
from licensing.intake.shop import KeyRequest, NotUnderstood, Received, Reply
from licensing.intake.stores.form_fields import form
from licensing.intake.stores.json_fields import Fields
from licensing.intake.stores.signatures import is_same

HASH: Final = "security_request_hash"
PRODUCT: Final = "internalProductName"
TEST: Final = "test"
SUBSCRIPTION: Final = "subscriptionReference"
_MOST_UNITS: Final = 10_000


def is_key_request(received: Received) -> bool:
    """Webhooks are JSON, requests for keys are forms."""
    return received.content_type.split(";")[0].strip().lower() == "application/x-www-form-urlencoded"


def signed_request(body: bytes, secret: str) -> Received | None:
    """A recorded request as FastSpring would send it; None for a body that is none."""
    if PRODUCT.encode() + b"=" not in body:
        return None
    try:
        fields = form(body)
    except NotUnderstood:
        return None
    fields[HASH] = request_hash(fields, secret)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Received("POST", urlencode(fields).encode(), headers=headers)


def request_hash(fields: dict[str, str], secret: str) -> str:
    values = "".join(fields[name] for name in sorted(fields) if name != HASH)
    return hashlib.md5(
        (values + secret).encode("utf-8", "backslashreplace"), usedforsecurity=False
    ).hexdigest()


def proves_key_request(received: Received, *, secrets: Sequence[str]) -> bool:
    try:
        fields = form(received.body)
    except NotUnderstood:
        return False
    given = fields.get(HASH, "").strip().lower()
    return any(is_same(request_hash(fields, secret), given) for secret in secrets if secret)


class FastSpringKeys:
    def asks(self, received: Received) -> KeyRequest | None:
        if not is_key_request(received):
            return None
        fields = Fields(dict(form(received.body)))
        if SUBSCRIPTION in fields:
            fields.reject(SUBSCRIPTION, "names a subscription: when it ends is told by webhooks only")
        if TEST not in fields.values:
            fields.reject(TEST, "is missing: add it to the fulfillment's parameters in FastSpring")
        product = fields.required(PRODUCT)
        name = fields.cut("name", 300)
        line = SoldLine(
            product_ref=product,
            variant="",
            name=product,
            quantity=fields.whole("quantity", low=1, high=_MOST_UNITS, missing=1),
            registered_name=name,
        )
        now = datetime.now(UTC)
        record = PurchaseRecord(
            reference=fields.required("reference"),
            ordered_at=now,
            buyer=Party(fields.address("email"), name=name, company=fields.cut("company", 300)),
            lines=(line,),
            payment=Payment(paid_at=now),
            test=fields.flag(TEST),
            complete=False,
        )
        return KeyRequest(line=product, record=record)

    def answer(self, codes: Sequence[str], request: KeyRequest) -> Reply:
        return Reply("\n".join(codes).encode())

    def refusal(self, reason: str, request: KeyRequest | None) -> Reply:
        return Reply(reason.encode(), status=503)


KEY_DESK = FastSpringKeys()
