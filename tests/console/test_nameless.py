"""Customers whose shop told no name are called by their first address, at no cost in queries."""

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from licensing.keys.assign import assign
from licensing.models import (
    Case,
    CaseKind,
    Customer,
    EmailAddress,
    KeyAssignment,
    KeyOrder,
    License,
    Purchase,
    PurchaseLine,
)
from recovery.models import (
    ChangeKind,
    ChangeState,
    Exchange,
    ExchangeNote,
    ExchangeState,
    NoteAuthor,
    OwnerChange,
)
from tests import factories
from tests.console.test_pages import list_address, page_address

LISTS = [
    Customer,
    EmailAddress,
    Purchase,
    PurchaseLine,
    License,
    KeyAssignment,
    KeyOrder,
    Case,
    Exchange,
    ExchangeNote,
    OwnerChange,
]


def buyer_without_a_name() -> Customer:
    owner = factories.customer(full_name="", company="")
    line = factories.line(of=factories.purchase(buyer=owner), receiver=owner)
    license = factories.license(owner=owner, line=line)
    assignment = assign(license=license, key=factories.key(edition=license.edition), now=timezone.now())
    mac = factories.edition(of=license.edition.product, platform="macos")
    KeyOrder.objects.create(license=license, edition=mac)
    exchange = Exchange.objects.create(
        license=license,
        from_edition=license.edition,
        to_edition=mac,
        from_assignment=assignment,
        state=ExchangeState.ASKED,
    )
    ExchangeNote.objects.create(exchange=exchange, author=NoteAuthor.CUSTOMER, text="Please")
    OwnerChange.objects.create(
        kind=ChangeKind.SPLIT, state=ChangeState.DECLINED, customer=owner, ended_at=timezone.now()
    )
    Case.objects.create(kind=CaseKind.ADDRESS, customer=owner, purchase=line.purchase, digest=b"d")
    return owner


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_lists_call_a_customer_by_the_first_address(model: type[Model], support: Client) -> None:
    owner = buyer_without_a_name()

    text = support.get(list_address(model)).content.decode().replace("<wbr>", "")

    assert f">{owner.addresses.get().address}</a>" in text
    assert f">{owner.pk}<" not in text


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_that_costs_no_query_for_each_row(model: type[Model], support: Client) -> None:
    buyer_without_a_name()
    support.get(list_address(model))
    with CaptureQueriesContext(connection) as few:
        support.get(list_address(model))
    for _ in range(5):
        buyer_without_a_name()

    with CaptureQueriesContext(connection) as many:
        support.get(list_address(model))

    assert len(many) == len(few)


def test_the_lines_of_an_order_cost_no_query_each(support: Client) -> None:
    owner = buyer_without_a_name()
    order = owner.purchases.get()
    support.get(page_address(order))
    with CaptureQueriesContext(connection) as few:
        support.get(page_address(order))
    for _ in range(5):
        factories.line(of=order, receiver=buyer_without_a_name())

    with CaptureQueriesContext(connection) as many:
        support.get(page_address(order))

    assert len(many) == len(few)


@pytest.mark.django_db
def test_the_first_address_is_the_oldest_that_is_still_current() -> None:
    owner = factories.customer(email="former@example.com", full_name="")
    owner.addresses.update(former_since=timezone.now())
    assert str(owner) == "former@example.com"
    for email in ("second@example.com", "third@example.com"):
        factories.address(of=owner, email=email)

    assert str(Customer.objects.get()) == "second@example.com"


@pytest.mark.django_db
def test_a_customer_with_neither_is_called_by_the_id() -> None:
    owner = Customer.objects.create()

    assert str(owner) == str(owner.pk)
