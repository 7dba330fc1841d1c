"""The database itself refuses assignments that would give a key more owners than it has seats for."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from licensing.models import KeyAssignment, KeyState, License, RegistrationKey
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def put(key: RegistrationKey, *, seat: int | None, **fields: object) -> KeyAssignment:
    unit = factories.license(edition=key.edition)
    return KeyAssignment.objects.create(key=key, license=unit, seat=seat, starts_at=NOW, **fields)


def retire(key: RegistrationKey) -> None:
    RegistrationKey.objects.filter(pk=key.pk).update(state=KeyState.RETIRED, retired_at=NOW)


def test_takes_every_seat_that_the_key_has() -> None:
    key = factories.key(seats=2)

    put(key, seat=1)
    put(key, seat=2)

    assert key.assignments.open().count() == 2


def test_refuses_a_seat_beyond_the_keys_seats() -> None:
    with pytest.raises(IntegrityError):
        put(factories.key(seats=2), seat=3)


def test_refuses_one_seat_for_two_licenses() -> None:
    key = factories.key(seats=2)
    put(key, seat=1)

    with pytest.raises(IntegrityError):
        put(key, seat=1)


def test_refuses_no_seat_where_the_key_has_seats() -> None:
    with pytest.raises(IntegrityError):
        put(factories.key(seats=2), seat=None)


def test_a_key_for_all_buyers_needs_no_seat() -> None:
    key = factories.key(seats=None)

    put(key, seat=None)
    put(key, seat=None)

    assert key.assignments.open().count() == 2


def test_refuses_a_new_assignment_of_a_retired_key() -> None:
    key = factories.key()
    retire(key)

    with pytest.raises(IntegrityError):
        put(key, seat=1)


def test_refuses_to_open_an_ended_assignment_of_a_retired_key() -> None:
    key = factories.key()
    ended = put(key, seat=1, ends_at=NOW)
    retire(key)

    with pytest.raises(IntegrityError):
        KeyAssignment.objects.filter(pk=ended.pk).update(ends_at=None)


def test_refuses_to_move_an_assignment_to_a_seat_that_is_not_there() -> None:
    assignment = put(factories.key(seats=2), seat=1)

    with pytest.raises(IntegrityError):
        KeyAssignment.objects.filter(pk=assignment.pk).update(seat=3)


def test_refuses_a_second_key_for_one_license() -> None:
    unit: License = put(factories.key(), seat=1).license

    with pytest.raises(IntegrityError):
        KeyAssignment.objects.create(key=factories.key(), license=unit, seat=1, starts_at=NOW)


def test_an_ended_assignment_stays_as_history_beside_a_new_one() -> None:
    key = factories.key(seats=1)
    put(key, seat=1, ends_at=NOW)

    put(key, seat=1)

    assert key.assignments.count() == 2
