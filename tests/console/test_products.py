"""A product's rules for moving, as they are set up in the console."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from licensing.models import Product
from tests import factories
from tests.console.test_pages import page_address
from tests.recovery.exchanging import shop

pytestmark = pytest.mark.django_db

RULES = {
    "exchange_allowed": "on",
    "exchanges_per_period": "2",
    "exchange_period_days": "365",
    "exchange_cooldown_days": "30",
    "exchange_window_days": "",
    "exchange_grace_days": "14",
}
DEFAULT = (
    "A license may move 2 times in 365 days, at least 30 days apart, at any time after the purchase. "
    "The old code stays valid for 14 days. Customers do it by themselves."
)


def rules(**changes: str) -> dict[str, str]:
    return {name: value for name, value in {**RULES, **changes}.items() if value != "off"}


def saved(client: Client, product: Product, **changes: str) -> str:
    """The page that comes back; empty when the product was saved."""
    form = {"name": product.name, "slug": product.slug, **rules(**changes)}
    answer = client.post(page_address(product), form)
    return answer.content.decode() if answer.status_code == 200 else ""


def previewed(client: Client, **changes: str) -> Any:
    return client.get(reverse("console:licensing_product_rules"), rules(**changes)).json()


def test_the_page_says_the_rules_in_whole_words(support: Client) -> None:
    assert DEFAULT in support.get(page_address(factories.product())).content.decode()


def test_saves_rules_that_make_sense(support: Client) -> None:
    product = factories.product()

    page = saved(support, product, exchanges_per_period="1", exchange_needs_approval="on")

    product.refresh_from_db()
    assert page == ""
    assert (product.exchanges_per_period, product.exchange_needs_approval) == (1, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, DEFAULT),
        (
            {"exchanges_per_period": "1", "exchange_cooldown_days": "0", "exchange_window_days": "90"},
            "A license may move once in 365 days, within 90 days after the purchase. "
            "The old code stays valid for 14 days. Customers do it by themselves.",
        ),
        (
            {"exchange_grace_days": "0", "exchange_needs_approval": "on"},
            "A license may move 2 times in 365 days, at least 30 days apart, at any time after the purchase. "
            "The old code ends at once. Customers ask, and support decides each time.",
        ),
        (
            {"exchange_allowed": "off", "exchange_grace_days": "1"},
            "A license moves only by support, with a reason. The old code stays valid for 1 day.",
        ),
    ],
)
def test_says_what_typed_rules_come_to(changes: dict[str, str], words: str, support: Client) -> None:
    assert previewed(support, **changes) == {"words": words, "fault": False}


SILLY = [
    ({"exchanges_per_period": "0"}, "nobody could move a license"),
    ({"exchange_period_days": "0"}, "a license could move without limit"),
    ({"exchange_cooldown_days": "400"}, "no second move would ever fall into one period"),
    (
        {"exchange_cooldown_days": "200", "exchanges_per_period": "3"},
        "a license can move only 2 times in 365 days",
    ),
    ({"exchange_window_days": "0"}, "nobody could ever move"),
    ({"exchange_window_days": "20"}, "only one would ever fall into the 20 days after the purchase"),
    ({"exchange_grace_days": "366"}, "always have a code for each platform"),
    ({"exchange_cooldown_days": "-1"}, "greater than or equal to 0"),
    ({"exchange_cooldown_days": "99999"}, "less than or equal to 32767"),
    ({"exchange_grace_days": "soon"}, "Enter a whole number"),
]


@pytest.mark.parametrize(("changes", "words"), SILLY)
def test_refuses_rules_that_contradict_each_other_and_says_why(
    changes: dict[str, str], words: str, support: Client
) -> None:
    product = factories.product()

    page = saved(support, product, **changes)
    typed = previewed(support, **changes)

    assert words in page
    assert (words in typed["words"], typed["fault"]) == (True, True)
    product.refresh_from_db()
    assert product.exchange_cooldown_days == 30


def test_rules_that_are_switched_off_contradict_nothing(support: Client) -> None:
    assert saved(support, factories.product(), exchange_allowed="off", exchange_cooldown_days="400") == ""


def test_a_preview_stores_nothing(support: Client) -> None:
    product = factories.product()

    previewed(support, exchanges_per_period="5")

    product.refresh_from_db()
    assert (product.exchanges_per_period, Product.objects.count()) == (2, 1)


def test_previews_are_for_who_may_see_products(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.get(reverse("console:licensing_product_rules")).status_code == 403


def test_shows_which_editions_stand_for_each_other_and_which_are_alone(support: Client) -> None:
    sold = shop()
    old = factories.edition(of=sold.product, version="1", sku="old-windows")
    everywhere = factories.edition(of=sold.product, version="1", platform="any", sku="everywhere")

    text = support.get(page_address(sold.product)).content.decode()

    between, alone = text.split('<div class="readonly"><ul class="plain">')[1:]
    assert page_address(sold.windows) in between
    assert page_address(sold.mac) in between
    assert f'{page_address(old)}">{old}</a>' in alone
    assert "its version is there for no other platform" in alone
    assert page_address(everywhere) in alone
    assert "it runs everywhere" in alone


def test_a_new_product_begins_with_the_rules_that_most_need(support: Client) -> None:
    assert DEFAULT in support.get(reverse("console:licensing_product_add")).content.decode()
