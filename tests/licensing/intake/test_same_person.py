"""One person under two addresses: suggested where more than a name is alike, once, and never merged."""

from __future__ import annotations

import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from licensing.intake.same_person import suggest
from licensing.models import Case, CaseKind, Customer, PurchaseReference
from licensing.people_tasks import suggest_people
from tests import factories


def two(first: dict[str, Any], second: dict[str, Any]) -> tuple[Customer, Customer]:
    return factories.customer(**first), factories.customer(**second)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ({"phone": "+49 30 1234-56"}, {"phone": "+49 (30) 123456"}, "phone"),
        ({"company": "Analytical Engines"}, {"company": "analytical  engines"}, "company"),
        ({"mailing_address": "1 Long Lane\nOldtown"}, {"mailing_address": "1 long lane oldtown"}, "postal address"),
    ],
    ids=["phone", "company", "postal address"],
)  # fmt: skip
def test_the_same_name_and_one_thing_more_is_suggested(
    first: dict[str, Any], second: dict[str, Any], alike: str
) -> None:
    older, newer = two({"full_name": "Zoë Example", **first}, {"full_name": "Zoë EXAMPLE", **second})

    assert suggest(Customer.objects.all()) == 1

    case = Case.objects.get()
    assert case.kind == CaseKind.SAME_PERSON
    assert {str(case.customer_id), case.detail["other"]} == {str(older.pk), str(newer.pk)}
    assert case.detail["alike"] == sorted(["name", alike])
    assert Customer.objects.count() == 2


@pytest.mark.django_db
def test_an_account_at_the_shop_under_another_customers_address_is_suggested() -> None:
    older, newer = two({"full_name": "A", "email": "anna@example.com"}, {"full_name": "B"})
    order = factories.purchase(buyer=newer)
    PurchaseReference.objects.create(purchase=order, kind="account", value="anna@example.com")

    assert suggest(Customer.objects.filter(pk=older.pk)) == 1
    assert suggest(Customer.objects.filter(pk=newer.pk)) == 0

    assert Case.objects.get().detail["alike"] == ["account at the shop"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"phone": "123456", "full_name": "Other"}, {"phone": "123456"}),
        ({"phone": "12345"}, {"phone": "12345"}),
        ({"company": "One"}, {"company": "Two"}),
        ({"full_name": "", "phone": "123456"}, {"full_name": "", "phone": "123456"}),
    ],
    ids=["a name alone", "a phone alone", "a short phone", "another company", "no name"],
)
def test_what_many_have_in_common_is_not_suggested(first: dict[str, Any], second: dict[str, Any]) -> None:
    two(first, second)

    assert suggest(Customer.objects.all()) == 0


@pytest.mark.django_db
def test_a_name_and_company_that_fifty_share_is_no_suggestion() -> None:
    for _ in range(50):
        factories.customer(full_name="Accounts Payable", company="Reseller")

    assert suggest(Customer.objects.all()) == 0


@pytest.mark.django_db
def test_nobody_is_suggested_twice_not_even_after_the_case_was_closed() -> None:
    two({"phone": "123456"}, {"phone": "123456"})
    assert suggest(Customer.objects.all()) == 1
    Case.objects.update(closed_at=timezone.now())

    assert suggest(Customer.objects.all()) == 0


@pytest.mark.django_db
def test_who_came_lately_is_compared_with_everybody() -> None:
    two({"phone": "123456"}, {"phone": "123456"})

    suggest_people()

    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_the_command_says_how_many_it_suggested() -> None:
    two({"phone": "123456"}, {"phone": "123456"})
    out = StringIO()

    call_command("same_people", stdout=out)
    call_command("same_people", days=1, stdout=out)

    assert "1 new suggestions" in out.getvalue()
    assert "0 new suggestions" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_open_one_case() -> None:
    for number in range(10):
        two({"phone": f"12345{number}"}, {"phone": f"12345{number}"})
    barrier = threading.Barrier(2)

    def look() -> None:
        barrier.wait()
        suggest(Customer.objects.all())
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Case.objects.count() == 10
