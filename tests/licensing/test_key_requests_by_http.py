"""Requests for keys as shops send them: through the address of their connection, in FastSpring's own form."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from licensing.intake.hooks.connections import address_of, connect
from licensing.intake.stores import KINDS
from licensing.intake.stores.fastspring.keys import HASH, request_hash
from licensing.models import (
    Connection,
    Customer,
    HookEvent,
    KeyAsk,
    KeyAssignment,
    Purchase,
    PurchaseLine,
)
from recovery.journeys.promised_keys import mail_promised_keys
from tests import factories
from tests.licensing.keydesk import BUYER, NOW, SHOP_ADDRESS, UNSIGNED, body, codes

pytestmark = pytest.mark.django_db

PRIVATE_KEY = "a private key of tests"
ELSEWHERE = "198.51.100.4"


@pytest.fixture
def unsigned(monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A shop that signs nothing, behind one proxy of ours."""
    monkeypatch.setitem(KINDS, "test-unsigned", UNSIGNED)
    return connection("test-unsigned", allowed_networks=f"{SHOP_ADDRESS}\n2001:db8:7::/48")


def connection(kind: str, *, keys: int = 1, **more: str) -> Connection:
    """To a store of that kind, which sells the cutter and has so many keys of it."""
    store = factories.store(name=kind, kind=kind)
    edition = factories.edition(of=factories.product(name="Clip Cutter"))
    factories.mapping(edition=edition, product_ref="cutter", store=store)
    for code in codes(keys):
        factories.key(edition=edition, code=code)
    return connect(store=store, name="keys", test=False, **more)  # type: ignore[arg-type]  # texts only


def sent(to: Connection, form: bytes, *, client: str = SHOP_ADDRESS, forwarded: str = "") -> HttpResponse:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    response = Client(raise_request_exception=False, REMOTE_ADDR=client).post(
        urlsplit(address_of(to)).path,
        data=form,
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )
    assert isinstance(response, HttpResponse)
    return response


def test_only_what_comes_from_the_shop_counts_as_heard(unsigned: Connection) -> None:
    sent(unsigned, body(), client=ELSEWHERE)
    unsigned.refresh_from_db()
    forged = unsigned.heard_at
    sent(unsigned, body())
    unsigned.refresh_from_db()

    assert forged is None
    assert unsigned.heard_at is not None


def fastspring_form(**other: str) -> bytes:
    form = {"email": BUYER, "name": "Anna Example", "company": "", "internalProductName": "cutter"}
    form |= {"reference": "FS-1001", "quantity": "1", "test": "false", **other}
    return hashed(form)


def hashed(form: dict[str, str]) -> bytes:
    return urlencode({**form, HASH: request_hash(form, PRIVATE_KEY)}).encode()


def test_fastspring_gets_the_key_and_the_same_again() -> None:
    shop = connection("fastspring", keys=2, secret=PRIVATE_KEY)

    replies = [sent(shop, fastspring_form()) for _ in range(3)]

    told = {(reply.status_code, reply.content.decode()) for reply in replies}
    assert len(told) == 1
    assert told <= {(200, code) for code in codes(2)}
    assert KeyAssignment.objects.count() == 1
    assert not HookEvent.objects.exists()


def test_fastsprings_test_gets_a_sample() -> None:
    shop = connection("fastspring", secret=PRIVATE_KEY)

    assert sent(shop, fastspring_form(test="true")).content == b"TEST-ORDER-NO-KEY-1"
    assert not KeyAssignment.objects.exists()


def test_fastsprings_request_that_does_not_say_whether_it_is_a_test_gets_nothing() -> None:
    """Its test storefront is open to anybody, and takes a card that everybody knows."""
    shop = connection("fastspring", secret=PRIVATE_KEY)
    form = {"email": BUYER, "internalProductName": "cutter", "reference": "FS-1001", "quantity": "1"}

    reply = sent(shop, hashed(form))

    assert reply.status_code >= 400
    assert b"test: is missing" in reply.content
    assert not Purchase.objects.exists()


def test_no_card_number_that_a_buyer_typed_is_kept() -> None:
    card = "4111 1111 1111 1111"
    shop = connection("fastspring", secret=PRIVATE_KEY)

    assert sent(shop, fastspring_form(name=f"Anna {card}", company=f"Cuts {card}")).status_code == 200

    buyer, line = Customer.objects.get(), PurchaseLine.objects.get()
    names = (buyer.full_name, buyer.company, line.registered_name)
    assert names == ("Anna [removed]", "Cuts [removed]", "Anna [removed]")


def test_a_wrong_hash_gets_nothing() -> None:
    shop = connection("fastspring", secret="another key")

    assert sent(shop, fastspring_form()).status_code == 400
    assert not Purchase.objects.exists()


def test_without_a_key_fastspring_hears_of_an_error_and_the_buyer_gets_a_mail_later() -> None:
    shop = connection("fastspring", keys=0, secret=PRIVATE_KEY)

    reply = sent(shop, fastspring_form())

    assert reply.status_code >= 400
    assert b"follows by mail" in reply.content
    line = KeyAsk.objects.get().purchase_line
    assert line is not None
    factories.key(edition=line.licenses.get().edition)
    assert mail_promised_keys(now=NOW) == 1


@pytest.mark.parametrize("address", [SHOP_ADDRESS, "2001:db8:7::5"])
def test_an_unsigned_request_counts_from_the_list(unsigned: Connection, address: str) -> None:
    assert sent(unsigned, body(), client=address).content.decode() == codes(1)[0]


def test_what_our_proxy_saw_counts_not_what_the_client_wrote(
    unsigned: Connection, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = 1
    forged = sent(unsigned, body(), client="10.0.0.1", forwarded=f"{SHOP_ADDRESS}, {ELSEWHERE}")
    assert forged.status_code == 400
    assert not Purchase.objects.exists()

    genuine = sent(unsigned, body(), client="10.0.0.1", forwarded=f"{ELSEWHERE}, {SHOP_ADDRESS}")
    assert genuine.content.decode() == codes(1)[0]


def test_without_proxies_the_header_means_nothing(unsigned: Connection, settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 0
    assert sent(unsigned, body(), client=ELSEWHERE, forwarded=SHOP_ADDRESS).status_code == 400
    assert not Purchase.objects.exists()


def test_shareit_gets_the_key_of_each_line_from_its_addresses_only() -> None:
    shop = connection("shareit", keys=2, allowed_networks=SHOP_ADDRESS)

    def asked(number: str, *, client: str = SHOP_ADDRESS) -> HttpResponse:
        form = {"ENCODING": "UTF8", "PRODUCT_ID": "cutter", "PURCHASE_ID": "77001", "RUNNING_NO": number}
        form |= {"PURCHASE_DATE": "01/06/2026", "QUANTITY": "1", "REG_NAME": "Anna", "EMAIL": BUYER}
        return sent(shop, urlencode(form).encode(), client=client)

    assert asked("1", client=ELSEWHERE).status_code >= 400
    assert not Purchase.objects.exists()
    told = [asked(number).content.decode() for number in ("1", "2", "1", "2")]
    assert set(told[:2]) == set(codes(2))
    assert told[2:] == told[:2]
    assert Purchase.objects.get().lines.count() == 2
