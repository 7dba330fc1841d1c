"""Whom a claim may mean by the name alone: a hint beside it, bounded, and nothing that decides."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from config.staff.roles import Role
from licensing.models import Customer
from recovery.claimed import Claimed
from recovery.owners.same_name import same_named
from tests.console.test_owner_changes import button, page, signed_in
from tests.factories import customer
from tests.kit.each import for_each
from tests.recovery.owning import OLD, proved

pytestmark = pytest.mark.django_db
HINT = "The same name is also on file"


def claims_page(client: Client, **typed: str) -> str:
    return client.get(page(proved(**typed))).content.decode()


@pytest.fixture
def asa() -> Customer:
    return customer(full_name="Åsa Öberg", email="asa@home.example")


def test_the_same_name_is_a_hint_and_nothing_to_approve(asa: Customer, support: Client) -> None:
    text = claims_page(support, name="Åsa Öberg")
    assert HINT in text
    assert "asa@home.example" in text
    assert f'name="customer" value="{asa.pk}"' not in text


@for_each("typed", ["Öberg, Åsa", "  ÅSA   ÖBERG", "A\u030asa O\u0308berg"])
def test_it_is_the_same_in_another_order_case_and_form(typed: str, asa: Customer) -> None:
    assert same_named(Claimed(name=typed), apart_from=[]) == [asa]


@for_each("typed", ["Åsa", "Åsa Öberg Lind", "Öbergs Åsa", "%", "_sa Öberg", "\0", "\ud800", ""])
def test_a_name_that_only_resembles_it_is_none(typed: str, asa: Customer) -> None:
    assert same_named(Claimed(name=typed), apart_from=[]) == []


def test_a_hint_is_compared_with_one_button(asa: Customer, support: Client) -> None:
    change = proved(name="Åsa Öberg")
    text = support.post(button("compare", change), {"whom": str(asa.pk)}, follow=True).content.decode()
    assert f'name="customer" value="{asa.pk}"' in text
    assert HINT not in text, "who is compared is no hint any more"


def test_at_most_the_newest_five(support: Client) -> None:
    for number in range(7):
        customer(full_name="Åsa Öberg", email=f"asa{number}@home.example")
    text = claims_page(support, name="Åsa Öberg")
    assert [number for number in range(7) if f"asa{number}@home.example" in text] == [2, 3, 4, 5, 6]


def test_whom_the_claim_leads_to_is_no_hint_beside_it(support: Client) -> None:
    customer(full_name="Åsa Öberg", email=OLD)
    assert HINT not in claims_page(support, name="Åsa Öberg", old_address=OLD)


def test_auditors_see_the_hint_and_nothing_to_press(asa: Customer) -> None:
    change = proved(name="Åsa Öberg")
    text = signed_in(Role.AUDITOR).get(page(change)).content.decode()
    assert HINT in text
    assert button("compare", change) not in text


def test_nobody_is_named_to_who_may_not_look_at_customers(asa: Customer) -> None:
    user = User.objects.create_user("changes-only", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_ownerchange"))
    client = Client()
    client.force_login(user)
    assert "asa@home.example" not in claims_page(client, name="Åsa Öberg")
