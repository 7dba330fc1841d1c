"""How SWREG's requests for keys are read and answered, and what its notifications of refunds say."""

from datetime import datetime

import pytest

from licensing.intake.record import (
    ORDER,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    RowRejected,
    SoldLine,
    Told,
)
from licensing.intake.shop import KeyRequest, NotUnderstood, Received
from licensing.intake.stores.form_fields import form
from licensing.intake.stores.swreg import SHOP, Swreg, SwregKeys
from tests.licensing.stores import hostile
from tests.licensing.stores.encodings import as_form
from tests.licensing.stores.samples import sample

KEYS = SwregKeys()
QUERY = sample("swreg-key.form").decode().strip()
KEY_FIELDS = form(QUERY.encode(), charset="iso-8859-1")


class Asking(Swreg):
    """Sends its bodies as requests for keys, in the query."""

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        return Received("GET", b"", query=body.decode("ascii", "replace"))


def asked(query: str = QUERY) -> KeyRequest:
    request = KEYS.asks(Received("GET", b"", query=query))
    assert request
    return request


def told(notify_type: str = "full_refund") -> list[Told]:
    body = sample("swreg-refund.form").replace(b"full_refund", notify_type.encode())
    received = SHOP.sent(body, secret=hostile.SECRET, now=hostile.NOW)
    return [each for event in SHOP.events(received) for each in SHOP.told(event, ask=None)]


def test_a_request_for_a_key_is_read_in_full() -> None:
    request = asked()

    assert request.line == "1234-CLIP Windows"
    assert request.record == PurchaseRecord(
        reference="55501234",
        ordered_at=request.record.ordered_at,
        buyer=Party(
            "anna@example.com",
            name="Anna Müller",
            company="Lantern Films",
            phone="+49-30-5550100",
            mailing_address="Musterweg 1\nBerlin\n10115\nGermany",
        ),
        lines=(SoldLine("1234-CLIP", "Windows", "", 2, registered_name="Anna Müller"),),
        payment=Payment(),
        references=(("master_order", "55501230"),),
        confirmed=False,
        complete=False,
    )


def test_names_may_be_escaped_in_utf_8() -> None:
    assert asked(QUERY.replace("M%FCller", "M%C3%BCller")).record.buyer.name == "Anna Müller"


def test_keys_stand_between_the_tags() -> None:
    reply = KEYS.answer(["SAMP-AAAA", "SAMP-BBBB"], asked())

    assert (reply.status, reply.body) == (200, b"<softshop>SAMP-AAAA\nSAMP-BBBB</softshop>")


def test_a_refusal_has_no_tags_and_is_no_success() -> None:
    for request in (None, asked()):
        reply = KEYS.refusal("No key is ready.", request)
        assert (reply.status, reply.body) == (500, b"No key is ready.")


@pytest.mark.parametrize("query", ["", "o_no=", "pc=1234-CLIP&email=anna%40example.com"])
def test_what_names_no_order_asks_for_no_key(query: str) -> None:
    assert KEYS.asks(Received("GET", b"", query=query)) is None


def test_a_post_asks_for_no_key() -> None:
    assert KEYS.asks(Received("POST", QUERY.encode(), query=QUERY)) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", ""), ("email", "nobody"), ("pc", ""), ("qty", "0"), ("qty", "1e9"), ("var", "x" * 201)],
)
def test_a_request_with_nonsense_in_it_is_rejected_by_its_field(field: str, value: str) -> None:
    with pytest.raises(RowRejected) as rejected:
        asked(as_form(KEY_FIELDS | {field: value}).decode())

    assert rejected.value.column == field


@pytest.mark.parametrize(
    ("kind", "payment"),
    [
        ("full_refund", Payment(paid=False, refunded=True)),
        ("partial_refund", Payment(paid=False, refunds=(Refund(0),))),
        ("chargeback", Payment(paid=False, disputed=True)),
    ],
)
def test_a_refund_is_told_of_the_order_that_the_key_was_asked_for(kind: str, payment: Payment) -> None:
    assert told(kind) == [PaymentNews(((ORDER, asked().record.reference),), payment, confirmed=False)]


def test_another_kind_of_notification_is_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        told("greeting")


@pytest.mark.parametrize("body", [b"", b"order_no=1", b"notify_type=full_refund", b"hello"])
def test_another_form_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        SHOP.events(SHOP.sent(body, secret=hostile.SECRET, now=hostile.NOW))


def test_a_refund_counts_with_the_security_key_only() -> None:
    genuine = SHOP.sent(sample("swreg-refund.form"), secret=hostile.SECRET, now=hostile.NOW)

    def accepted(received: Received, *secrets: str) -> bool:
        return SHOP.is_authentic(received, secrets=secrets, now=hostile.NOW)

    assert accepted(genuine, hostile.SECRET)
    assert accepted(genuine, "another one", hostile.SECRET)
    assert not accepted(genuine, "another one")
    assert not accepted(genuine)
    assert not accepted(genuine, "")
    assert not accepted(genuine._replace(body=sample("swreg-refund.form")), hostile.SECRET)
    assert not accepted(genuine._replace(body=genuine.body + b"x"), hostile.SECRET)
    assert not accepted(SHOP.sent(b"order_no=1", secret="", now=hostile.NOW), "")
    assert not accepted(Received("POST", b"&" * 2_000 + b"a=1&" * 2_000), hostile.SECRET)


def test_the_security_key_is_not_kept() -> None:
    received = SHOP.sent(sample("swreg-refund.form"), secret=hostile.SECRET, now=hostile.NOW)
    rotated = SHOP.sent(sample("swreg-refund.form"), secret="another one", now=hostile.NOW)

    assert b"security" not in SHOP.events(received)[0].payload
    assert SHOP.events(received)[0].id == SHOP.events(rotated)[0].id


def test_whatever_is_in_a_request_it_is_read_or_refused() -> None:
    hostile.survives(Asking(), KEY_FIELDS, encode=as_form)
    hostile.survives_cuts(Asking(), QUERY.encode())


def test_whatever_is_in_a_notification_it_is_read_or_refused() -> None:
    hostile.survives(SHOP, form(sample("swreg-refund.form")), encode=as_form)
    hostile.survives_cuts(SHOP, sample("swreg-refund.form"))
