"""Saying in the console what a product means makes licenses and keys of what was sold before."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from licensing.admin import meaning_said
from licensing.console.trials import try_sample
from licensing.models import Edition, HookEvent, License, PurchaseLine, Store
from tests import factories
from tests.console.shops import NOW, connection, page_of, said, text_of
from tests.console.test_events import listed, received
from tests.console.test_pages import page_address

pytestmark = pytest.mark.django_db

ADD = "console:licensing_mapping_add"


def sold(**fields: Any) -> PurchaseLine:
    line = factories.line(of=factories.purchase(), product_ref="clip", **fields)
    PurchaseLine.objects.update(placed_at=None)
    return line


def say(client: Client, line: PurchaseLine, edition: Edition, *, back: str = "", **more: str) -> Any:
    form = {
        "store": str(line.purchase.store_id),
        "product_ref": line.product_ref,
        "variant": line.variant,
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "0",
        "items-0-edition": str(edition.pk),
        "items-0-quantity": "1",
        **more,
    }
    return client.post(reverse(ADD, query={"next": back}), form, follow=True)


def only_line(told: HookEvent) -> PurchaseLine:
    """Of its order, whose other lines are taken away."""
    assert told.purchase is not None
    first = told.purchase.lines.all()[0]
    told.purchase.lines.exclude(pk=first.pk).delete()
    return first


def test_kept_lines_become_licenses_and_their_owners_get_keys(support: Client) -> None:
    edition = factories.edition()
    factories.key(edition=edition)
    line = sold(quantity=2)

    words = said(say(support, line, edition))

    assert "1 kept line became licenses, 1 key given." in words
    assert License.objects.filter(line=line, edition=edition).count() == 2


def test_a_mapping_that_is_changed_counts_at_once_as_well(support: Client) -> None:
    line, edition = sold(), factories.edition()
    made = factories.mapping(edition=edition, product_ref="other", store=line.purchase.store)
    item = made.items.get()
    form = {
        "store": str(made.store_id),
        "product_ref": "clip",
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "1",
        "items-0-id": str(item.pk),
        "items-0-mapping": str(made.pk),
        "items-0-edition": str(edition.pk),
        "items-0-quantity": "1",
    }

    words = said(support.post(page_address(made), form, follow=True))

    assert "1 kept line became licenses, 0 keys given." in words


def test_a_form_that_is_wrong_places_nothing(support: Client) -> None:
    line = sold()

    say(support, line, factories.edition(), **{"items-0-quantity": "0"})

    line.refresh_from_db()
    assert line.placed_at is None


def test_a_code_that_nobody_can_decrypt_loses_no_mapping(support: Client) -> None:
    line = sold(sealed_code=b"broken")

    assert "cannot be decrypted" in said(say(support, line, factories.edition()))
    assert Store.objects.get().mappings.count() == 1


def test_too_many_lines_are_left_to_the_command(support: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning_said, "MOST_AT_ONCE", 0)
    line = sold()

    words = said(say(support, line, factories.edition()))

    line.refresh_from_db()
    assert "manage.py place_lines" in words
    assert line.placed_at is None


def test_leads_back_to_where_it_was_asked(support: Client) -> None:
    line, edition = sold(), factories.edition()
    back = page_address(line)
    assert "next=" in support.get(back).content.decode()

    answer = say(support, line, edition, back=back)

    assert answer.redirect_chain[-1][0] == back
    assert "Say what it means" not in answer.content.decode()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_leads_nowhere_else(back: str, support: Client) -> None:
    answer = say(support, sold(), factories.edition(), back=back)

    assert answer.redirect_chain == [(reverse("console:licensing_mapping_changelist"), 302)]


def test_the_notification_and_the_line_agree_afterwards(support: Client) -> None:
    told = received(connection())
    line = only_line(told)
    assert "No mapping says" in listed(support)

    say(support, line, factories.edition(), back=page_of(told))

    told.refresh_from_db()
    assert told.reason.startswith("No mapping says")
    assert "No mapping says" not in listed(support) + text_of(support, told)
    assert "placed" in support.get(page_address(line)).content.decode()


def test_a_test_orders_line_asks_for_nothing_that_is_known(support: Client) -> None:
    (told,) = try_sample(connection(), now=NOW)
    line = only_line(told)

    say(support, line, factories.edition())

    pages = text_of(support, told), support.get(page_address(line)).content.decode(), listed(support)
    assert [page for page in pages if "No mapping" in page or "no mapping" in page] == []


def test_place_now_gives_keys_too(support: Client) -> None:
    line, edition = sold(), factories.edition()
    factories.key(edition=edition)
    factories.mapping(edition=edition, product_ref="clip", store=Store.objects.get())

    address = reverse("console:licensing_purchaseline_changelist")
    form = {"action": "place_now", "_selected_action": [str(line.pk)]}

    assert "1 kept line became licenses, 1 key given." in said(support.post(address, form, follow=True))


def test_names_the_order_that_is_waited_for(support: Client) -> None:
    made = connection()
    HookEvent.objects.create(connection=made, event_id="e", kind="k", state="waiting", awaits="order-77")

    assert "order-77" in listed(support)


def test_says_before_saving_how_many_lines_wait(support: Client) -> None:
    line = sold()
    asked = {"store": str(line.purchase.store_id), "product_ref": "clip"}

    assert "1 kept line of “clip”" in said(support.get(reverse(ADD), asked))
    assert said(support.get(reverse(ADD), {**asked, "product_ref": "other"})) == ""
    assert support.get(reverse(ADD), {"store": "no id", "product_ref": "a\0b"}).status_code == 200
