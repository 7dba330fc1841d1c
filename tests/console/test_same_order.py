"""Two orders that may be one, side by side, and what support says of them; two customers who may be one."""

from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from licensing.intake.same_order import pair_digest
from licensing.keys.assign import assign
from licensing.models import AuditEntry, Case, CaseKind, Purchase
from tests import factories
from tests.console.test_pages import list_address, page_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins() -> Case:
    """One order that a cart and its processor told: the cart's has a key, the processor's another."""
    buyer = factories.customer(full_name="Ada Lovelace")
    edition = factories.edition()
    orders = []
    for name, code in (("cart", "CART-0000-AAAA-1111"), ("processor", "PROC-0000-AAAA-2222")):
        store = factories.store(name=name, title=name.title())
        order = factories.purchase(buyer=buyer, store=store, reference=f"{name}-77")
        unit = factories.license(owner=buyer, edition=edition, line=factories.line(of=order))
        assign(license=unit, key=factories.key(edition=edition, code=code), now=order.ordered_at)
        orders.append(order)
    return Case.objects.create(
        kind=CaseKind.SAME_ORDER,
        purchase=orders[1],
        digest=pair_digest(str(orders[0].pk), str(orders[1].pk)),
        detail={"other": str(orders[0].pk), "matched": "transaction ch_3Nabc4567"},
    )


def say(client: Client, case: Case, deed: str, kept: str = "cart") -> int:
    order = Purchase.objects.get(store__name=kept)
    address = f"{list_address(Case)}{case.pk}/{deed}/{order.pk}/"
    return client.post(address).status_code


def page(client: Client, case: Case) -> str:
    return client.get(page_address(case)).content.decode()


def test_shows_both_side_by_side_which_would_be_kept_and_which_key_would_end(
    support: Client, twins: Case
) -> None:
    shown = page(support, twins)

    for word in ("cart-77", "processor-77", "Ada Lovelace", "••••-1111", "••••-2222", "Would be kept"):
        assert word in shown
    assert "Keys that would count no more" in shown
    assert "CART-0000" not in shown
    assert "PROC-0000" not in shown


def test_the_list_leads_to_the_other_order(support: Client, twins: Case) -> None:
    shown = support.get(list_address(Case)).content.decode()

    assert "transaction ch_3Nabc4567" in shown
    assert page_address(Purchase.objects.get(store__name="cart")) in shown


def test_same_order_joins_them_closes_the_case_and_is_noted(support: Client, twins: Case) -> None:
    say(support, twins, "join")

    twins.refresh_from_db()
    assert Purchase.objects.get(store__name="processor").same_as == Purchase.objects.get(store__name="cart")
    assert twins.closed_at
    assert twins.detail["by"] == "support"
    assert AuditEntry.objects.filter(action="case.said_join", by="support", row=str(twins.pk)).exists()
    assert "They are two after all" in page(support, twins)
    assert (
        "cart-77" in support.get(page_address(Purchase.objects.get(store__name="processor"))).content.decode()
    )


def test_not_the_same_closes_the_case_and_leaves_both(support: Client, twins: Case) -> None:
    say(support, twins, "refuse")

    twins.refresh_from_db()
    assert twins.closed_at
    assert not Purchase.objects.exclude(same_as=None).exists()


def test_two_after_all_parts_them_again(support: Client, twins: Case) -> None:
    say(support, twins, "join")
    say(support, twins, "part")

    assert not Purchase.objects.exclude(same_as=None).exists()
    assert "Same order" in page(support, twins)


def test_a_second_press_and_an_old_page_are_told_so_and_change_nothing(support: Client, twins: Case) -> None:
    say(support, twins, "join", kept="processor")
    assert "has changed since the page was shown. Nothing was changed." in page(support, twins)

    say(support, twins, "join")
    say(support, twins, "join")
    assert "They are one already. Nothing was changed." in page(support, twins)


def test_refuses_somebody_who_may_only_look(client: Client, twins: Case) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_case"))
    client.force_login(looker)

    assert say(client, twins, "join") == 403
    assert 'value="Same order"' not in page(client, twins)
    assert not Purchase.objects.exclude(same_as=None).exists()


def test_refuses_somebody_who_is_not_signed_in_and_what_no_button_says(
    client: Client, support: Client, twins: Case
) -> None:
    assert say(client, twins, "join") == 302
    assert say(support, twins, "merge") == 404
    assert support.get(f"{list_address(Case)}{twins.pk}/join/{twins.purchase_id}/").status_code == 405
    assert not Purchase.objects.exclude(same_as=None).exists()


def test_buttons_are_for_such_cases_only(support: Client, twins: Case) -> None:
    Case.objects.update(kind=CaseKind.CONTRADICTION)

    assert say(support, twins, "join") == 404


def test_a_case_whose_other_order_is_gone_says_so(support: Client, twins: Case) -> None:
    Case.objects.update(detail={"other": str(factories.customer().pk), "matched": "x"})

    assert "no longer on file" in page(support, twins)
    assert say(support, twins, "join") == 302
    assert "no longer on file. Nothing was changed." in page(support, twins)


def test_two_customers_who_may_be_one_are_shown_with_the_way_to_merge_them(support: Client) -> None:
    one, other = factories.customer(), factories.customer()
    case = Case.objects.create(
        kind=CaseKind.SAME_PERSON,
        customer=other,
        digest=b"p" * 32,
        detail={"other": str(one.pk), "alike": ["name", "phone"]},
        opened_at=timezone.now(),
    )

    shown = page(support, case)

    assert page_address(one) in shown
    assert "name, phone" in shown
    merging = f"{reverse('console:owner_change_merge')}?customer={other.pk}&amp;other={one.pk}"
    assert merging in shown
    opened = support.get(unescape(merging))
    assert opened.status_code == 200
    assert str(one) in opened.content.decode()
    assert 'value="Same order"' not in shown
