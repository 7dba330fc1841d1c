"""What support searches by has an index: the planner is asked, with reading whole tables made unattractive."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from licensing.console.containing import ADDRESSES, matching
from licensing.console.search import code_is
from licensing.models import (
    Customer,
    EmailAddress,
    Purchase,
    PurchaseLine,
    PurchaseReference,
    RegistrationKey,
    Store,
)
from recovery.models import Message, MessageState, RecoveryRequest
from tests.console.conftest import CODE, EMAIL, ORDER, TRANSACTION, Filed


def plan(rows: QuerySet[Any]) -> str:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.order_by().values_list("pk", flat=True).explain()


def reads_everything(rows: QuerySet[Any]) -> bool:
    """`Seq Scan` is PostgreSQL's word for it, `SCAN` without an index is SQLite's."""
    return any(
        "Seq Scan" in line or ("SCAN" in line and "INDEX" not in line) for line in plan(rows).splitlines()
    )


def test_sees_a_search_without_an_index(filed: Filed) -> None:
    assert reads_everything(Customer.objects.filter(phone="1"))


def test_every_exact_search_has_an_index(filed: Filed) -> None:
    stores = list(Store.objects.values_list("pk", flat=True))
    searches: list[QuerySet[Any]] = [
        EmailAddress.objects.filter(canonical=EMAIL),
        Purchase.objects.filter(store__in=stores, reference=ORDER),
        PurchaseReference.objects.filter(value=TRANSACTION),
        RegistrationKey.objects.filter(tail__in=["PL0M"]),
        RegistrationKey.objects.filter(code_is(CODE)),
        PurchaseLine.objects.filter(placed_at=None, product_ref="unheard-of"),
        RecoveryRequest.objects.filter(mailbox__in=[b"m" * 16]),
    ]
    assert [str(rows.query) for rows in searches if reads_everything(rows)] == []


@pytest.mark.parametrize(
    "rows",
    [
        lambda: EmailAddress.objects.filter(canonical__startswith="ada"),
        lambda: Customer.objects.filter(full_name__istartswith="ada"),
        lambda: Customer.objects.filter(company__istartswith="ada"),
        lambda: EmailAddress.objects.extra(
            where=[matching(ADDRESSES.has, "canonical", ["%"])], params=["%lovel%"]
        ),
        lambda: Customer.objects.filter(full_name__icontains="lovel"),
        lambda: Customer.objects.filter(company__icontains="lovel"),
        lambda: Message.objects.filter(state=MessageState.REFUSED),
        lambda: Message.objects.filter(state=MessageState.WAITING),
    ],
    ids=[
        "address",
        "name",
        "company",
        "part of an address",
        "part of a name",
        "part of a company",
        "mail refused",
        "mail waiting",
    ],
)
def test_beginnings_parts_and_states_of_mail_have_an_index_on_postgresql(rows: Any, filed: Filed) -> None:
    assert reads_everything(rows()) == (connection.vendor == "sqlite")
