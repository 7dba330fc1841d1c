"""What is written to the audit trail, and that the database lets nobody change it (threats, row 26)."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction

from licensing.audit.chain import chain
from licensing.audit.occasion import occasion
from licensing.audit.sealing import opened
from licensing.audit.trail import record
from licensing.keys.stored import destroy_key, stored_key
from licensing.models import AuditEntry, AuditLink, AuditPending
from tests import factories
from tests.kit.race import released_together


def table(model: type) -> str:
    return str(model._meta.db_table)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_what_from_where_and_why() -> None:
    customer = factories.customer()

    with occasion("192.0.2.0/24") as during:
        entry = record(
            "customer.corrected",
            by="ada",
            customer=customer.pk,
            row=customer,
            reason="asked on the phone",
            details={"full_name": ["Bea", "Béa \ud83d"]},
        )

    assert (entry.by, entry.action, entry.model, entry.row) == (
        "ada",
        "customer.corrected",
        "licensing.customer",
        str(customer.pk),
    )
    assert opened(entry) == {
        "reason": "asked on the phone",
        "where": "192.0.2.0/24",
        "details": {"full_name": ["Bea", "Béa \ud83d"]},
    }
    assert during.recorded == 1


@pytest.mark.django_db
def test_destroying_a_customers_key_makes_their_entries_unreadable_and_nobody_elses() -> None:
    one, other = uuid4(), uuid4()
    entries = [record("customer.looked", by="ada", customer=each, reason="r") for each in (one, other)]

    assert destroy_key(f"customer:{one}")

    assert opened(entries[0]) is None
    assert opened(entries[1]) is not None


@pytest.mark.django_db
def test_a_stored_key_is_the_same_every_time_and_never_anothers() -> None:
    assert stored_key("one") == stored_key("one")
    assert stored_key("one") != stored_key("other")
    assert len(stored_key("one")) == 32


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", [AuditEntry, AuditLink])
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_to_change_or_remove(model: type, deed: str) -> None:
    record("something.done", by="ada")
    chain()
    column = "action" if model is AuditEntry else "number"
    statement = deed.format(table(model), column, column)
    if statement.startswith("TRUNCATE") and connection.vendor == "sqlite":
        statement = f"DELETE FROM {table(model)} WHERE true"  # SQLite has no other

    with (
        pytest.raises(DatabaseError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert model.objects.count() == 1  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_linked_once_it_is_committed() -> None:
    with transaction.atomic():
        entry = record("something.done", by="ada")
        assert not AuditLink.objects.exists()

    assert AuditLink.objects.get().entry == entry
    assert not AuditPending.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_entry() -> None:
    with transaction.atomic():
        record("something.done", by="ada")
        transaction.set_rollback(True)

    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_chain_without_gap_or_fork() -> None:
    race = released_together(20, lambda n: record("something.done", by="ada"), after=connections.close_all)
    chain()

    assert race.errors == []

    assert list(AuditLink.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 21))
    assert AuditLink.objects.values("digest").distinct().count() == 20
