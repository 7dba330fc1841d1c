from datetime import UTC, datetime, timedelta

import pytest

from licensing.keys.assign import KeyUnavailable, assign, end
from licensing.keys.sources.pool import take_from_pool
from licensing.models import KeyState
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_assigning_takes_the_key_out_of_the_pool() -> None:
    key = factories.key()

    assign(license=factories.license(edition=key.edition), key=key, now=NOW)

    key.refresh_from_db()
    assert key.state == KeyState.SERVING


def test_a_freed_seat_is_given_again() -> None:
    key = factories.key(seats=2)
    first = assign(license=factories.license(edition=key.edition), key=key, now=NOW)
    assign(license=factories.license(edition=key.edition), key=key, now=NOW)

    end(first, at=NOW, reason="moved")
    third = assign(license=factories.license(edition=key.edition), key=key, now=NOW)

    assert third.seat == 1


def test_refuses_more_licenses_than_seats() -> None:
    key = factories.key(seats=1)
    assign(license=factories.license(edition=key.edition), key=key, now=NOW)

    with pytest.raises(KeyUnavailable):
        assign(license=factories.license(edition=key.edition), key=key, now=NOW)


def test_refuses_a_retired_key() -> None:
    key = factories.key()
    end(assign(license=factories.license(edition=key.edition), key=key, now=NOW), at=NOW, reason="moved")

    with pytest.raises(KeyUnavailable):
        assign(license=factories.license(edition=key.edition), key=key, now=NOW)


def test_a_key_with_seats_retires_only_when_its_last_license_has_gone() -> None:
    key = factories.key(seats=2)
    both = [assign(license=factories.license(edition=key.edition), key=key, now=NOW) for _ in range(2)]

    end(both[0], at=NOW, reason="moved")
    key.refresh_from_db()
    between = key.state
    end(both[1], at=NOW, reason="moved")
    key.refresh_from_db()

    assert (between, key.state) == (KeyState.SERVING, KeyState.RETIRED)


def test_a_key_for_all_buyers_never_retires_by_itself() -> None:
    key = factories.key(seats=None)

    end(assign(license=factories.license(edition=key.edition), key=key, now=NOW), at=NOW, reason="moved")

    key.refresh_from_db()
    assert key.state == KeyState.SERVING


def test_ending_twice_keeps_the_first_end() -> None:
    key = factories.key()
    assignment = assign(license=factories.license(edition=key.edition), key=key, now=NOW)

    ended = [end(assignment, at=NOW + timedelta(days=days), reason="moved") for days in (14, 30)]

    assignment.refresh_from_db()
    assert ended == [True, False]
    assert assignment.ends_at == NOW + timedelta(days=14)


def test_the_pool_gives_its_oldest_keys_and_no_more_than_it_has() -> None:
    edition = factories.edition()
    keys = [factories.key(edition=edition) for _ in range(3)]

    first, rest = take_from_pool(edition, count=2), take_from_pool(edition, count=2)

    assert (first, rest) == (
        sorted(keys, key=lambda key: key.id)[:2],
        sorted(keys, key=lambda key: key.id)[2:],
    )
