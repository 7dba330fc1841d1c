"""Two shops with one title can be told apart wherever one of them is chosen or shown."""

import pytest
from django.test import Client
from django.urls import reverse

from licensing.intake.hooks.connections import connect
from licensing.models import EventState
from tests import factories
from tests.console.shops import SECRET, connection, event, text_of
from tests.console.test_events import listed

pytestmark = pytest.mark.django_db


def two_shops() -> None:
    for name, kind in (("our-woo", "woocommerce"), ("our-gum", "gumroad")):
        store = factories.store(name=name, kind=kind, title="Our shop")
        made = connect(store=store, name="live", test=False, secret=SECRET)
        event(made, event_id=name)
        factories.purchase(store=store, reference=name)
        factories.mapping(edition=factories.edition(), product_ref=name, store=store)


@pytest.mark.parametrize(
    "page", ["connection_changelist", "mapping_add", "mapping_changelist", "purchase_changelist"]
)
def test_names_the_kind_where_shops_are_chosen(page: str, support: Client) -> None:
    two_shops()

    text = support.get(reverse(f"console:licensing_{page}")).content.decode()

    assert "Our shop (our-woo, WooCommerce)" in text
    assert "Our shop (our-gum, Gumroad)" in text


def test_notifications_name_their_shop_in_short(support: Client) -> None:
    two_shops()

    assert "Our shop (our-gum): live" in listed(support)


def test_a_filter_by_shop_still_narrows_the_list(support: Client) -> None:
    two_shops()
    store = factories.store(name="our-woo")

    text = support.get(reverse("console:licensing_mapping_changelist"), {"store__id__exact": str(store.pk)})

    assert "our-gum</a>" not in text.content.decode()


def test_the_form_says_that_empty_dates_mean_always(support: Client) -> None:
    text = support.get(reverse("console:licensing_mapping_add")).content.decode()

    assert "Empty dates mean always." in text
    assert "<details" in text


def test_what_is_on_file_without_a_meaning_is_not_shown_as_done(support: Client) -> None:
    order = factories.purchase()
    factories.line(of=order, placed_at=None)
    made = event(connection(), state=EventState.DONE, purchase=order)

    for page in (listed(support), text_of(support, made)):
        assert '<span class="state state-wait">on file, 1 unmapped</span>' in page


def test_the_box_of_the_test_is_not_called_like_its_button(support: Client) -> None:
    text = text_of(support, connection())

    assert "<summary>Test notification…</summary>" in text
    assert 'value="Send a test notification"' in text
