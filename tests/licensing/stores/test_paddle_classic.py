"""What Paddle Classic's alerts say, and how its fulfilment webhook is answered."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from licensing.intake.record import (
    ORDER,
    Dispute,
    LateCodes,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    SoldLine,
    Told,
)
from licensing.intake.shop import NotUnderstood, Received
from licensing.intake.stores.form_fields import form
from licensing.intake.stores.paddle_classic import SHOP
from licensing.intake.stores.paddle_classic.fulfilment import KEY_DESK
from licensing.intake.stores.paddle_classic.signature import SIGNATURE, serialised
from tests.licensing.stores import hostile
from tests.licensing.stores.samples import named, sample

ORDERED = datetime(2026, 3, 2, 10, 10, tzinfo=UTC)
REFUNDED = datetime(2026, 3, 3, 10, 10, tzinfo=UTC)
NAMES = ((ORDER, "300001-400001"), ("checkout", "1000001-chresample-0001"))
FILES = named("paddle-classic-")


@cache
def private_key(number: int = 1) -> str:
    """A key of Paddle's, made for this run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*pem).decode()


def public_key(number: int = 1) -> str:
    key = serialization.load_pem_private_key(private_key(number).encode(), password=None).public_key()
    return written(key)


def written(key: Any) -> str:
    pem = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    octets: bytes = key.public_bytes(*pem)
    return octets.decode()


def signed(body: bytes, number: int = 1) -> Received:
    return SHOP.sent(body, secret=private_key(number), now=hostile.NOW)


def accepts(received: Received, *secrets: str) -> bool:
    return SHOP.is_authentic(received, secrets=secrets or [public_key()], now=hostile.NOW)


def told(name: str, **changes: str) -> list[Told]:
    body = urlencode(form(sample(f"paddle-classic-{name}.form")) | changes).encode()
    return [each for event in SHOP.events(signed(body)) for each in SHOP.told(event, ask=None)]


def test_a_payment_is_told_in_full() -> None:
    assert told("payment") == [
        PurchaseRecord(
            reference="300001-400001",
            ordered_at=ORDERED,
            buyer=Party("anna@example.com", name="Anna Sämple", consent=True),
            lines=(SoldLine("5001", "", "ClipCutter 4", 3, registered_name="Anna Sämple"),),
            payment=Payment(paid_at=ORDERED),
            references=(("checkout", "1000001-chresample-0001"),),
        )
    ]


def test_an_alert_has_the_shops_id_and_moment() -> None:
    [event] = SHOP.events(signed(sample("paddle-classic-refund.form")))

    assert (event.id, event.kind, event.at) == ("1000002", "payment_refunded", REFUNDED)


def test_a_renewal_is_paid_until_the_end_of_the_day_of_its_next_bill() -> None:
    [order] = told("renewal")

    assert isinstance(order, PurchaseRecord)
    assert order.reference == "300002-400002"
    assert order.lines == (
        SoldLine(
            "5009",
            "",
            "ClipCutter, one year",
            1,
            registered_name="Dora Renewer",
            subscription="600001",
            paid_until=datetime(2027, 3, 3, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize("name", ["refund", "renewal-refund"])
def test_a_whole_refund(name: str) -> None:
    [news] = told(name)

    assert isinstance(news, PaymentNews)
    assert news.payment == Payment(paid=False, refunded=True, refunded_at=REFUNDED)
    assert news.names[0] == (ORDER, "300001-400001" if name == "refund" else "300002-400002")


@pytest.mark.parametrize("kind", ["partial", "vat"])
def test_a_partial_refund_is_money_that_took_no_unit(kind: str) -> None:
    assert told("refund-part", refund_type=kind) == [
        PaymentNews(NAMES, Payment(paid=False, refunds=(Refund(0, reference="1000003", at=REFUNDED),)))
    ]


def test_a_dispute() -> None:
    at = datetime(2026, 3, 10, 10, 10, tzinfo=UTC)

    assert told("dispute") == [PaymentNews(NAMES, Payment(paid=False, disputes=(Dispute("1000004", at),)))]


def test_a_closed_dispute_was_won() -> None:
    at = datetime(2026, 4, 10, 10, 10, tzinfo=UTC)

    assert told("dispute-won") == [
        PaymentNews(NAMES, Payment(paid=False, disputes=(Dispute("1000005", won=True, won_at=at),)))
    ]


def test_so_many_lines_as_units_are_that_many_keys() -> None:
    codes = ("SAMP-LE01-AAAA", "SAMP-LE02-BBBB", "SAMP-LE03-CCCC")

    assert told("licence") == [LateCodes(NAMES, codes, line="5001")]


def test_any_other_licence_is_one() -> None:
    [late] = told("licence", quantity="1")

    assert isinstance(late, LateCodes)
    assert late.codes == ("SAMP-LE01-AAAA\nSAMP-LE02-BBBB\nSAMP-LE03-CCCC",)


def test_a_product_without_a_licence_says_nothing() -> None:
    assert told("licence", licence="") == []


def test_alerts_of_no_interest_are_left_out() -> None:
    assert told("payment", alert_name="transfer_created") == []


def test_fulfilment_asks_for_the_keys_of_a_line() -> None:
    request = KEY_DESK.asks(signed(sample("paddle-classic-key.form")))

    assert request
    assert request.line == "5001"
    assert request.record == PurchaseRecord(
        reference="300001-400001",
        ordered_at=ORDERED,
        buyer=Party("anna@example.com", name="Anna Sämple", consent=True),
        lines=(SoldLine("5001", "", "5001", 3, registered_name="Anna Sämple"),),
        payment=Payment(paid_at=ORDERED),
        complete=False,
    )


def test_fulfilment_may_come_by_get() -> None:
    posted = signed(sample("paddle-classic-key.form"))
    got = Received("GET", b"", query=posted.body.decode())

    assert accepts(got)
    assert KEY_DESK.asks(got) == KEY_DESK.asks(posted)
    assert not accepts(got._replace(query=got.query.replace("p_quantity=3", "p_quantity=4")))
    assert not accepts(got._replace(method="POST"))
    assert not accepts(posted._replace(method="GET"))


def test_older_products_send_the_address_as_email() -> None:
    fields = form(sample("paddle-classic-key.form")) | {"email": "ben@example.com", "name": "Ben"}
    for name in ("p_customer_email", "p_customer_name", "quantity"):
        del fields[name]

    request = KEY_DESK.asks(signed(urlencode(fields).encode()))

    assert request
    assert request.record.buyer == Party("ben@example.com", name="Ben", consent=True)
    assert request.record.lines[0].quantity == 3


def test_an_alert_asks_for_no_key() -> None:
    assert KEY_DESK.asks(signed(sample("paddle-classic-payment.form"))) is None


def test_a_request_is_answered_with_keys_alone_and_refused_with_an_error() -> None:
    request = KEY_DESK.asks(signed(sample("paddle-classic-key.form")))
    assert request

    assert KEY_DESK.answer(["AAAA", "BBBB"], request).body == b"AAAA\nBBBB"
    assert KEY_DESK.refusal("There is no key now.", request).status == 503


def test_what_is_signed_is_written_as_php_writes_it() -> None:
    fields = {"b": "é", "a": "1", SIGNATURE: "left out", "B": ""}

    assert serialised(fields) == 'a:3:{s:1:"B";s:0:"";s:1:"a";s:1:"1";s:1:"b";s:2:"é";}'.encode()


def test_genuine_alerts_are_taken_also_under_the_second_of_two_live_keys() -> None:
    genuine = signed(sample("paddle-classic-payment.form"))

    assert accepts(genuine)
    assert accepts(genuine, public_key(2), public_key(1))
    assert accepts(genuine, "\n " + public_key() + "\n")
    assert accepts(genuine, public_key().replace("\n", ""))
    assert accepts(genuine, public_key().replace("\n", " \r\n "))


def test_a_wrong_key_is_no_proof() -> None:
    genuine = signed(sample("paddle-classic-payment.form"))
    other_kind = written(ec.generate_private_key(ec.SECP256R1()).public_key())

    for secret in (public_key(2), "", "not a key", "\ud800", other_kind, public_key()[:-40], "PRIVATE KEY"):
        assert not accepts(genuine, secret), secret
    assert not SHOP.is_authentic(genuine, secrets=[], now=hostile.NOW)


def forgeries() -> Iterator[Received]:
    genuine = signed(sample("paddle-classic-payment.form"))
    fields = form(genuine.body)
    for name in fields:
        yield genuine._replace(body=urlencode({**fields, name: fields[name] + "1"}).encode())
        yield genuine._replace(
            body=urlencode({each: fields[each] for each in fields if each != name}).encode()
        )
    yield genuine._replace(body=genuine.body + b"&more=1")
    yield genuine._replace(body=genuine.body[:-1])
    yield genuine._replace(body=genuine.body + b"&%ff=%ff")
    yield genuine._replace(body=b"")
    for altered in ("é", "=", "A" * 100_000, "\ud800".encode("utf-8", "replace").decode()):
        yield genuine._replace(body=urlencode({**fields, SIGNATURE: altered}).encode())


def test_forged_alerts_are_refused() -> None:
    for number, forged in enumerate(forgeries()):
        assert not accepts(forged), number


def test_with_a_public_key_nothing_can_be_signed() -> None:
    unsigned = SHOP.sent(sample("paddle-classic-payment.form"), secret=public_key(), now=hostile.NOW)

    assert not accepts(unsigned)


@pytest.mark.parametrize("name", FILES)
def test_no_shape_of_an_alert_breaks_anything(name: str) -> None:
    for place, spoilt in hostile.every_spoilt(form(sample(name))):
        if isinstance(spoilt, dict):
            body = "&".join(f"{field}={value}" for field, value in spoilt.items())
            received = Received("POST", body.encode("utf-8", "replace"))
            try:
                hostile.is_read_or_refused(SHOP, received, None)
            except Exception as error:
                error.add_note(f"with {place}")
                raise


@pytest.mark.parametrize("body", [b"", b"%ff", b"a" * 3_000_000, b"&".join([b"a=1"] * 2_000), b"\0"])
def test_what_is_no_form_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        SHOP.events(Received("POST", body))
