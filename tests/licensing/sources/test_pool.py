"""Keys that the vendor loaded (threats, row 35), and how long they last."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from licensing.keys.assign import assign
from licensing.keys.sources import supply
from licensing.keys.sources.pool import low_stock, stock
from licensing.models import Edition, KeyAssignment, KeyState, License, RegistrationKey
from tests import factories
from tests.kit.race import released_together

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def taken(license: License, *, apart_from: UUID | None = None) -> RegistrationKey | None:
    """What one buyer or mover gets: the license's lock, a key if there is one, and its assignment."""
    with transaction.atomic():
        locked = License.objects.select_for_update().get(pk=license.pk)
        key = supply(locked.edition, [locked], now=NOW, apart_from=apart_from).get(locked.id)
        if key:
            assign(license=locked, key=key, now=NOW)
    return key


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_on_forty_keys_get_forty_and_ten_wait() -> None:
    edition = factories.edition()
    for _ in range(40):
        factories.key(edition=edition)
    licenses = [factories.license(edition=edition) for _ in range(50)]

    outcome = released_together(50, lambda number: taken(licenses[number]), after=lambda: connection.close())

    keys = [key.id for key in outcome.results if key]
    assert outcome.errors == []
    assert (len(keys), len(set(keys)), outcome.results.count(None)) == (40, 40, 10)
    assert KeyAssignment.objects.open().count() == 40


@pytest.mark.django_db
def test_serves_in_the_order_it_was_asked_and_leaves_out_who_must_wait() -> None:
    edition = factories.edition()
    keys = sorted((factories.key(edition=edition) for _ in range(2)), key=lambda key: key.id)
    licenses = [factories.license(edition=edition) for _ in range(3)]

    served = supply(edition, licenses, now=NOW)

    assert served == {licenses[0].id: keys[0], licenses[1].id: keys[1]}
    assert set(RegistrationKey.objects.values_list("state", flat=True)) == {KeyState.SERVING}


@pytest.mark.django_db
def test_one_code_for_all_buyers_is_given_to_each_whatever_the_source() -> None:
    edition = factories.edition(key_source="pattern")
    shared = factories.key(edition=edition, seats=None)
    licenses = [factories.license(edition=edition) for _ in range(3)]

    assert supply(edition, licenses, now=NOW) == dict.fromkeys([each.id for each in licenses], shared)


@pytest.mark.django_db
def test_a_leaked_shared_code_is_not_given_again() -> None:
    edition = factories.edition()
    leaked, single = factories.key(edition=edition, seats=None), factories.key(edition=edition)

    assert taken(factories.license(edition=edition), apart_from=leaked.id) == single


def used(edition: Edition, *, days_ago: float) -> None:
    assign(
        license=factories.license(edition=edition),
        key=factories.key(edition=edition),
        now=NOW - timedelta(days=days_ago),
    )


@pytest.mark.django_db
def test_forecasts_the_day_it_runs_dry_from_the_last_ninety_days() -> None:
    edition = factories.edition()
    for days_ago in [*range(0, 90, 2), 91, 400]:
        used(edition, days_ago=days_ago)
    for _ in range(10):
        factories.key(edition=edition)

    found = stock(edition, NOW)

    assert (found.level, found.used_per_day, found.dry_on) == (10, 0.5, date(2026, 6, 21))


@pytest.mark.django_db
def test_a_pool_that_nobody_uses_does_not_run_dry() -> None:
    edition = factories.edition()
    factories.key(edition=edition)

    assert stock(edition, NOW).dry_on is None


@pytest.mark.django_db
def test_low_stock_is_told_once_and_again_only_after_a_refill() -> None:
    edition = factories.edition(low_stock_level=2, stocked_at=NOW)
    factories.key(edition=edition)

    first, second = low_stock(NOW), low_stock(NOW)
    factories.key(edition=edition)
    refilled = low_stock(NOW)
    RegistrationKey.objects.filter(edition=edition).update(state=KeyState.SERVING)
    emptied = low_stock(NOW)

    assert [[(each.edition, each.level) for each in told] for told in (first, second, refilled, emptied)] == [
        [(edition, 1)],
        [],
        [],
        [(edition, 0)],
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"low_stock_level": 0}, {"key_source": "pattern"}, {"stocked_at": None}])
def test_low_stock_is_not_told_where_nobody_asked_for_it_or_no_pool_is_used(
    fields: dict[str, Any],
) -> None:
    factories.edition(**{"stocked_at": NOW, **fields})

    assert low_stock(NOW) == []


@pytest.mark.django_db
def test_low_stock_is_not_told_of_an_edition_with_one_code_for_all_buyers() -> None:
    factories.key(edition=factories.edition(stocked_at=NOW), seats=None)

    assert low_stock(NOW) == []


@pytest.mark.django_db(transaction=True)
def test_of_several_who_look_at_once_one_tells_of_low_stock() -> None:
    factories.edition(stocked_at=NOW)

    def look(_: int) -> int:
        with transaction.atomic():
            return len(low_stock(NOW))

    assert sorted(released_together(4, look, after=lambda: connection.close()).results) == [0, 0, 0, 1]
