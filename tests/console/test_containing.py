"""A part of a name is looked for in bounded work, and whoever looks is told when that was not enough."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from licensing.console import containing
from licensing.console.containing import ADDRESSES, ENOUGH, NAMES, bounded, by_index, having
from licensing.models import Customer
from tests import factories
from tests.console.conftest import Filed

postgresql = connection.vendor == "postgresql"


def settings_of_the_session() -> list[str]:
    """Those that a search changes for its own statements; SQLite has none."""
    names = ("statement_timeout", "enable_seqscan", "jit") if postgresql else ()
    found = []
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SHOW {name}")
            found += cursor.fetchone()
    return found


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch, db: None) -> Customer:
    """A customer whom so many have followed that they are not among the newest."""
    monkeypatch.setattr(containing, "NEWEST", {connection.vendor: 10})
    customer = factories.customer(full_name="Ada Lovelace", email="ada@lovelace.example")
    Customer.objects.bulk_create(Customer(full_name=f"Somebody {number}") for number in range(20))
    for number in range(20):
        factories.address(of=customer, email=f"another{number}@example.com")
    return customer


def test_the_oldest_row_is_found_by_the_index_where_there_is_one(old: Customer) -> None:
    assert (old.pk in having(NAMES, ["velac"], most=5).customers) == postgresql
    assert (old.pk in having(ADDRESSES, ["velac"], most=5).customers) == postgresql


@pytest.mark.skipif(not postgresql, reason="the index is PostgreSQL's")
@pytest.mark.parametrize(
    ("question", "uses"), [("= 'ada@example.com'", False), ("|| '' LIKE '%da@ex%'", True)]
)
def test_the_index_of_parts_is_used_for_parts_only(question: str, uses: bool, db: None) -> None:
    """For whole addresses it is some thousand times slower than the unique one, and in a table that was never analysed
    the planner took it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE licensing_emailaddress DROP CONSTRAINT licensing_emailaddress_canonical_key"
        )
        cursor.execute("DROP INDEX licensing_emailaddress_canonical_d3b81dff_like")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT id FROM licensing_emailaddress WHERE canonical {question}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert ("address_by_part" in plan) == uses, plan


def test_a_name_with_an_accent_is_found_by_the_part_without_it(db: None) -> None:
    """As docs/console.md says; `oberg` finds nobody, see docs/decisions.md."""
    asa = factories.customer(full_name="Åsa Öberg")
    assert having(NAMES, ["berg"], most=5).customers == {asa.pk}


def test_how_it_begins_finds_the_oldest_row_everywhere(old: Customer) -> None:
    assert having(NAMES, ["ada", "love"], most=5).customers == {old.pk}


def test_nothing_more_is_looked_for_once_there_are_enough(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containing, "by_index", None)
    Customer.objects.bulk_create(Customer(full_name=f"The Smith {number}") for number in range(ENOUGH + 5))

    found = having(NAMES, ["smith"], most=ENOUGH)

    assert len(found.customers) == ENOUGH
    assert not found.whole


def test_the_index_is_not_asked_for_what_the_newest_say_thousands_have(
    old: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containing, "MOST_BY_INDEX", 15)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE licensing_customer")

    common, rare = (having(NAMES, [part], most=ENOUGH) for part in ("mebody", "velac"))

    assert (len(common.customers), common.whole) == (10, not postgresql)
    assert rare.customers == ({old.pk} if postgresql else set())
    assert rare.whole


@pytest.mark.parametrize("part", ["ad", "a d", "a.b", "...", "-"])
def test_what_is_too_short_for_an_index_is_looked_for_at_the_beginning_only(part: str, filed: Filed) -> None:
    found = having(NAMES, [part], most=5)

    assert found.customers == ({filed.customer.pk} if part == "ad" else set())


@contextmanager
def no_time() -> Iterator[None]:
    with bounded(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        cursor.execute("SELECT pg_sleep(1)")
        yield


def test_says_when_its_time_was_up_and_goes_on(filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings_of_the_session()
    monkeypatch.setattr(containing, "bounded", no_time)

    found = having(NAMES, ["lovel"], most=5)

    assert found.customers == {filed.customer.pk}
    assert found.whole != postgresql  # only there it has an index, and a time for it
    assert settings_of_the_session() == before


def test_no_other_fault_is_taken_for_a_lack_of_time(filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(containing, "asked", lost)
    with pytest.raises(OperationalError):
        by_index(NAMES, ["%velac%"], most=5)


def test_leaves_the_settings_as_they_were(filed: Filed) -> None:
    before = settings_of_the_session()

    having(NAMES, ["velac"], most=5)

    assert settings_of_the_session() == before


@pytest.mark.parametrize("part", ["100%", "a_b", "back\\slash", "'quoted'", "%%%"])
def test_signs_of_the_database_mean_themselves(part: str, db: None) -> None:
    meant = factories.customer(full_name=f"the {part} name")
    factories.customer(full_name="the 100 aXb backslash quoted name")

    found = having(NAMES, ["the", part], most=5).customers

    assert found == {meant.pk}
