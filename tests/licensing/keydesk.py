"""A small shop of our own that asks for keys, and what it sells, for tests to begin from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from licensing.intake.key_requests import answered
from licensing.intake.record import Party, Payment, PurchaseRecord, RowRejected, SoldLine
from licensing.intake.shop import KeyRequest, Received, Reply, Shop
from licensing.models import Connection, Edition, Store
from tests import factories

NOW: Final = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SHOP_ADDRESS: Final = "192.0.2.7"
BUYER: Final = "anna@example.com"


class Desk:
    """Asks by form, and takes one code a line."""

    def asks(self, received: Received) -> KeyRequest | None:
        form = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
        if "order" not in form:
            return None
        if not form["quantity"].isdigit():
            raise RowRejected("quantity", "is no number")
        sold = SoldLine(form["product"], "", "Clip Cutter", int(form["quantity"]), reference=form["line"])
        return KeyRequest(form["line"], record_of(form, sold))

    def answer(self, codes: Sequence[str], request: KeyRequest) -> Reply:
        return Reply("\n".join(codes).encode())

    def refusal(self, reason: str, request: KeyRequest | None) -> Reply:
        return Reply(f"ERROR {reason}".encode(), status=400)


def record_of(form: dict[str, str], sold: SoldLine) -> PurchaseRecord:
    return PurchaseRecord(
        reference=form["order"],
        ordered_at=NOW,
        buyer=Party(form["email"], name="Anna Example"),
        lines=(sold,),
        payment=Payment(paid_at=NOW),
        test="test" in form,
        confirmed=False,
        complete=False,
    )


class SignedShop(Shop):
    title = "A shop that signs"
    notifies = True
    signed = True
    key_desk = Desk()


class UnsignedShop(SignedShop):
    title = "A shop that does not sign"
    signed = False


SIGNED: Final = SignedShop()
UNSIGNED: Final = UnsignedShop()


def connected(*, to: Store | None = None, **fields: Any) -> Connection:
    """A connection of that store; its address is of no interest here."""
    sealed = {"address_mark": str(Connection.objects.count()).encode(), "sealed_address": b""}
    return Connection.objects.create(store=to or factories.store(), name="Orders", **{**sealed, **fields})


def sells(*, codes: Sequence[str] = (), product_ref: str = "cutter", **fields: Any) -> Edition:
    """An edition that the shop sells under that name, with these codes in its pool."""
    edition = factories.edition(of=factories.product(name="Clip Cutter"), version="2", **fields)
    factories.mapping(edition=edition, product_ref=product_ref)
    for code in codes:
        factories.key(edition=edition, code=code)
    return edition


def codes(count: int) -> list[str]:
    return [f"CUT-{number:04}-ABCD-EFGH" for number in range(count)]


def body(order: str = "1001", *, line: str = "1", product: str = "cutter", **other: Any) -> bytes:
    form = {"order": order, "line": line, "product": product, "quantity": 1, "email": BUYER, **other}
    return urlencode(form).encode()


def ask(
    connection: Connection,
    sent: bytes = b"",
    *,
    shop: Shop = SIGNED,
    address: str = SHOP_ADDRESS,
    now: datetime = NOW,
) -> Reply:
    """What the shop is answered when it asks so."""
    received = Received("POST", sent or body())
    reply = answered(connection, shop, received, client_address=address, now=now)
    assert reply is not None
    return reply


def said(reply: Reply) -> str:
    return reply.body.decode()
