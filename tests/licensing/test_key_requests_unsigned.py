"""Requests for keys that nobody signed: who may ask, and for how many (threats, row 52)."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from licensing.intake.allowed import is_allowed, networks_in
from licensing.intake.key_asks import REFUSALS_KEPT
from licensing.models import Connection, KeyAsk, KeyAskState, Purchase
from licensing.network import client_ip
from tests.licensing.keydesk import NOW, SHOP_ADDRESS, UNSIGNED, ask, body, codes, connected, said, sells

pytestmark = pytest.mark.django_db

NETWORKS = "192.0.2.0/24\n2001:db8:7::/48\n203.0.113.9"
ELSEWHERE = "198.51.100.4"


@pytest.mark.parametrize(
    "address",
    ["192.0.2.7", "192.0.2.255", "203.0.113.9", "2001:db8:7:1::5", "2001:DB8:7::", "::ffff:192.0.2.7"],
)
def test_an_address_in_the_list_may_ask(address: str) -> None:
    assert is_allowed(address, NETWORKS)


@pytest.mark.parametrize(
    "address",
    ["192.0.3.7", "203.0.113.10", "2001:db8:8::5", "::ffff:198.51.100.4", "::192.0.2.7", "", "shop.example"],
    ids=["next network", "next address", "IPv6", "mapped", "compatible", "nothing", "a name"],
)
def test_any_other_may_not(address: str) -> None:
    assert not is_allowed(address, NETWORKS)


@pytest.mark.parametrize("networks", ["", " \n", "192.0.2.0/99", "192.0.2.7\nshop.example"])
def test_without_a_list_that_can_be_read_nobody_may(networks: str) -> None:
    assert not is_allowed("192.0.2.7", networks)


def test_the_form_learns_which_line_is_wrong() -> None:
    assert len(networks_in("192.0.2.7/24\n\n2001:db8::1\n")) == 2
    with pytest.raises(ValueError, match=r"“shop\.example” is no address"):
        networks_in("192.0.2.7\nshop.example")


def test_from_the_list_an_unsigned_request_gets_its_key() -> None:
    shop = connected(allowed_networks=NETWORKS)
    sells(codes=codes(1))

    assert said(ask(shop, shop=UNSIGNED)) == codes(1)[0]
    assert Purchase.objects.get().confirmed_at == NOW


@pytest.mark.parametrize("networks", ["", NETWORKS], ids=["no list", "another network"])
def test_from_elsewhere_it_gets_nothing_and_leaves_no_order(networks: str) -> None:
    shop = connected(allowed_networks=networks)
    sells(codes=codes(1))

    reply = ask(shop, shop=UNSIGNED, address=ELSEWHERE)

    assert (reply.status, said(reply)) == (400, "ERROR This address may not ask for keys.")
    assert not Purchase.objects.exists()
    shop.refresh_from_db()
    assert (shop.refusals, shop.refused_at) == (1, NOW)
    noted = KeyAsk.objects.get()
    assert (noted.state, noted.purchase_line) == (KeyAskState.REFUSED, None)
    assert ELSEWHERE in noted.reason


def test_a_test_order_from_elsewhere_is_refused_too() -> None:
    assert ask(connected(), body(test=1), shop=UNSIGNED).status == 400
    assert not Purchase.objects.exists()


def test_who_forges_an_order_first_takes_nothing_from_its_buyer() -> None:
    shop = connected(allowed_networks=NETWORKS)
    sells(codes=codes(1))
    ask(shop, body(email="mallory@example.net"), shop=UNSIGNED, address=ELSEWHERE)

    assert said(ask(shop, shop=UNSIGNED)) == codes(1)[0]


def test_a_forged_repetition_leaves_the_answered_request_as_it_is() -> None:
    shop = connected(allowed_networks=NETWORKS)
    sells(codes=codes(1))
    ask(shop, shop=UNSIGNED)

    assert ask(shop, shop=UNSIGNED, address=ELSEWHERE).status == 400
    assert KeyAsk.objects.get().state == KeyAskState.ANSWERED


def test_a_flood_of_forgeries_fills_no_table() -> None:
    shop = connected(allowed_networks=NETWORKS)
    for number in range(REFUSALS_KEPT + 20):
        ask(shop, body(str(number)), shop=UNSIGNED, address=ELSEWHERE)

    assert KeyAsk.objects.count() == REFUSALS_KEPT
    assert Connection.objects.get().refusals == REFUSALS_KEPT + 20


def test_a_forged_x_forwarded_for_is_not_in_the_list(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 1
    forged = RequestFactory().post(
        "/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"{SHOP_ADDRESS}, {ELSEWHERE}"
    )
    shop = connected(allowed_networks=NETWORKS)
    sells(codes=codes(1))

    assert ask(shop, shop=UNSIGNED, address=client_ip(forged)).status == 400


def test_keys_beyond_the_days_number_are_refused_until_a_day_has_passed() -> None:
    shop = connected(allowed_networks=NETWORKS, keys_per_day=3)
    sells(codes=codes(6))

    assert ask(shop, body("1", quantity=2), shop=UNSIGNED).status == 200
    reply = ask(shop, body("2", quantity=2), shop=UNSIGNED)
    assert said(reply) == "ERROR The day's number of keys has been asked for."
    assert ask(shop, body("3"), shop=UNSIGNED).status == 200
    assert not Purchase.objects.filter(reference="2").exists()

    assert ask(shop, body("1", quantity=2), shop=UNSIGNED).status == 200  # what it has, it is told again
    later = NOW + timedelta(hours=24)
    assert ask(shop, body("2", quantity=2), shop=UNSIGNED, now=later).status == 200
    assert KeyAsk.objects.get(order="2").asked_at == later


def test_promised_keys_count_and_samples_do_not() -> None:
    shop = connected(allowed_networks=NETWORKS, keys_per_day=1)
    sells()

    ask(shop, body("1"), shop=UNSIGNED)
    assert KeyAsk.objects.get().state == KeyAskState.PROMISED
    assert "day's number" in said(ask(shop, body("2"), shop=UNSIGNED))
    assert ask(shop, body("3", test=1), shop=UNSIGNED).status == 200


def test_a_flood_from_an_allowed_address_fills_no_table_either() -> None:
    shop = connected(allowed_networks=NETWORKS, keys_per_day=0)
    for number in range(REFUSALS_KEPT + 20):
        ask(shop, body(str(number)), shop=UNSIGNED)

    assert KeyAsk.objects.count() == REFUSALS_KEPT


def test_signed_requests_need_no_list_and_know_no_cap() -> None:
    shop = connected(keys_per_day=0)
    sells(codes=codes(1))

    assert ask(shop, address=ELSEWHERE).status == 200
