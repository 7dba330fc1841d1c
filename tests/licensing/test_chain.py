from datetime import UTC, datetime, timedelta

import pytest

from licensing.keys.assign import KeyUnavailable, assign
from licensing.keys.chain import LEAKED, MOVED, replace, take_back
from licensing.models import KeyAssignment, KeyState, RegistrationKey
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GRACE = NOW + timedelta(days=14)


def moved(*, seats: int | None = 1) -> tuple[RegistrationKey, KeyAssignment]:
    """The old key, and the assignment that replaced it two weeks before its end."""
    old = factories.key(seats=seats)
    first = assign(license=factories.license(edition=old.edition), key=old, now=NOW - timedelta(days=9))
    return old, replace(first, key=factories.key(), until=GRACE, reason=MOVED, now=NOW)


def test_the_old_key_ends_with_its_grace_period_and_is_linked_to_the_new_one() -> None:
    old, new = moved()

    first = KeyAssignment.objects.get(key=old)
    old.refresh_from_db()
    assert (first.ends_at, first.replaced_by, old.state, old.retired_at) == (
        GRACE,
        new,
        KeyState.RETIRED,
        GRACE,
    )


def test_a_key_that_goes_back_serves_again_and_the_other_never_returns_to_the_pool() -> None:
    old, new = moved()

    again = take_back(new, now=NOW + timedelta(days=1))

    old.refresh_from_db()
    new.key.refresh_from_db()
    new.refresh_from_db()
    assert (again.key, old.state, old.retired_at) == (old, KeyState.SERVING, None)
    assert (new.key.state, new.ends_at, new.replaced_by) == (KeyState.RETIRED, NOW + timedelta(days=1), again)


def test_the_seat_of_a_key_in_its_grace_period_is_kept_for_its_return() -> None:
    old = factories.key(seats=2)
    first, _ = (assign(license=factories.license(edition=old.edition), key=old, now=NOW) for _ in range(2))
    new = replace(first, key=factories.key(), until=GRACE, reason=MOVED, now=NOW)

    with pytest.raises(KeyUnavailable):
        assign(license=factories.license(edition=old.edition), key=old, now=NOW)

    assert take_back(new, now=NOW + timedelta(days=1)).seat == 1


def test_a_code_for_all_buyers_is_not_retired_because_one_of_them_moved() -> None:
    old, new = moved(seats=None)

    take_back(new, now=NOW)

    old.refresh_from_db()
    assert old.state == KeyState.SERVING


def test_refuses_to_go_back_after_the_grace_period() -> None:
    _, new = moved()

    with pytest.raises(KeyUnavailable):
        take_back(new, now=GRACE)


def test_refuses_to_go_back_twice() -> None:
    _, new = moved()
    take_back(new, now=NOW)

    with pytest.raises(KeyUnavailable):
        take_back(new, now=NOW)


def test_refuses_to_go_back_to_a_leaked_key() -> None:
    leaked = factories.key()
    first = assign(license=factories.license(edition=leaked.edition), key=leaked, now=NOW)
    new = replace(first, key=factories.key(edition=leaked.edition), until=GRACE, reason=LEAKED, now=NOW)

    with pytest.raises(KeyUnavailable):
        take_back(new, now=NOW)


def test_refuses_to_replace_what_has_ended() -> None:
    old, _ = moved()

    with pytest.raises(KeyUnavailable):
        replace(KeyAssignment.objects.get(key=old), key=factories.key(), until=GRACE, reason=MOVED, now=NOW)
