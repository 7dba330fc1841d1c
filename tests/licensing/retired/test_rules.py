"""Which codes are on the list (threats.md, rows 55 and 58)."""

from datetime import timedelta

import pytest

from licensing.keys.assign import assign, end
from licensing.keys.retired import refresh
from licensing.models import Edition, KeyAssignment, License, Purchase, RegistrationKey, RetiredCode
from tests import factories
from tests.licensing.retired.conftest import Listed
from tests.licensing.retired.ground import DAY, NOW, held_license, order_of, random_code, reopened, served

pytestmark = pytest.mark.django_db


def told(purchase: Purchase, **facts: object) -> None:
    Purchase.objects.filter(pk=purchase.pk).update(**facts)


def test_a_code_that_serves_is_not_listed(edition: Edition, is_listed: Listed) -> None:
    assert not is_listed(served(edition))


def test_a_code_of_the_pool_is_not_listed(edition: Edition, is_listed: Listed) -> None:
    is_listed(served(edition))

    assert not RetiredCode.objects.exists()


def test_a_moved_code_is_listed(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)

    end(assignment, at=NOW, reason="moved")

    assert is_listed(assignment)


def test_a_moved_code_is_listed_only_after_its_grace(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)

    end(assignment, at=NOW + 14 * DAY, reason="moved")

    moments = [NOW, NOW + 14 * DAY - timedelta(seconds=1), NOW + 14 * DAY]
    assert [is_listed(assignment, now=moment) for moment in moments] == [False, False, True]


def test_an_undone_move_takes_the_code_off_the_list(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)
    end(assignment, at=NOW, reason="moved")
    before = is_listed(assignment)

    reopened(assignment)

    assert (before, is_listed(assignment, now=NOW + DAY)) == (True, False)


def test_a_code_can_come_and_go_and_come_again(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)
    end(assignment, at=NOW, reason="moved")
    is_listed(assignment)
    reopened(assignment)
    is_listed(assignment)

    end(KeyAssignment.objects.get(pk=assignment.pk), at=NOW, reason="moved")

    assert is_listed(assignment)


def test_the_code_of_a_revoked_license_is_listed(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)

    License.objects.filter(pk=assignment.license_id).update(revoked_at=NOW)

    assert is_listed(assignment)


def test_the_code_of_an_expired_license_is_listed_until_it_is_renewed(
    edition: Edition, is_listed: Listed
) -> None:
    assignment = served(edition)
    owned = License.objects.filter(pk=assignment.license_id)

    owned.update(expires_at=NOW)
    expired = is_listed(assignment)
    owned.update(expires_at=NOW + timedelta(days=365))

    assert (expired, is_listed(assignment, now=NOW + DAY)) == (True, False)


def test_the_code_of_a_refunded_order_is_listed(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)

    told(order_of(assignment), refunded_at=NOW)

    assert is_listed(assignment)


def test_an_order_refunded_in_part_keeps_its_codes_off_the_list(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)

    told(order_of(assignment), refunded_at=NOW, refunded_units=1)

    assert not is_listed(assignment)


def test_the_code_of_a_unit_that_was_paid_back_is_listed(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)

    License.objects.filter(pk=assignment.license_id).update(refunded_at=NOW)

    assert is_listed(assignment)


def test_the_code_of_an_order_that_another_shop_tells_too_is_listed(
    edition: Edition, is_listed: Listed
) -> None:
    assignment = served(edition)

    told(order_of(assignment), same_as=factories.purchase())

    assert is_listed(assignment)


def test_a_refund_ends_the_grace_of_a_moved_code(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)
    end(assignment, at=NOW + 14 * DAY, reason="moved")

    told(order_of(assignment), refunded_at=NOW)

    assert is_listed(assignment)


def test_the_code_of_a_test_order_is_listed(edition: Edition, is_listed: Listed) -> None:
    assert is_listed(served(edition, test=True))


def test_a_chargeback_lists_the_code_until_it_is_won(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)

    told(order_of(assignment), disputed_at=NOW)
    disputed = is_listed(assignment)
    told(order_of(assignment), won_at=NOW)

    assert (disputed, is_listed(assignment)) == (True, False)


def test_a_code_with_five_seats_stays_valid_when_one_unit_moves(edition: Edition, is_listed: Listed) -> None:
    key = factories.key(edition=edition, code=random_code(), seats=5)
    units = [assign(license=held_license(edition), key=key, now=NOW) for _ in range(5)]

    end(units[0], at=NOW, reason="moved")

    assert not is_listed(units[0])


def test_a_code_with_five_seats_is_listed_when_the_last_unit_has_gone(
    edition: Edition, is_listed: Listed
) -> None:
    key = factories.key(edition=edition, code=random_code(), seats=5)
    units = [assign(license=held_license(edition), key=key, now=NOW) for _ in range(5)]

    for unit in units[:4]:
        end(unit, at=NOW, reason="moved")
    told(order_of(units[4]), refunded_at=NOW)

    assert is_listed(units[0])


def test_nothing_is_listed_of_an_application_that_does_not_check(is_listed: Listed, edition: Edition) -> None:
    assignment = served(edition)
    end(assignment, at=NOW, reason="moved")
    before = is_listed(assignment)

    Edition.objects.filter(pk=edition.pk).update(checks_retired_list=False)

    assert (before, is_listed(assignment)) == (True, False)


def test_an_edition_that_gets_a_code_for_all_buyers_leaves_the_list(
    is_listed: Listed, edition: Edition
) -> None:
    assignment = served(edition)
    end(assignment, at=NOW, reason="moved")
    before = is_listed(assignment)

    factories.key(edition=edition, code=random_code(), seats=None)

    assert (before, is_listed(assignment)) == (True, False)


def test_a_code_that_cannot_be_read_keeps_no_other_off_the_list(edition: Edition, is_listed: Listed) -> None:
    damaged, whole = served(edition), served(edition)
    for assignment in (damaged, whole):
        end(assignment, at=NOW, reason="moved")
    RegistrationKey.objects.filter(pk=damaged.key_id).update(sealed=b"damaged")

    assert is_listed(whole)
    assert list(RetiredCode.objects.values_list("key", flat=True)) == [whole.key_id]


def test_a_code_is_opened_once_for_ever(edition: Edition, is_listed: Listed) -> None:
    assignment = served(edition)
    end(assignment, at=NOW, reason="moved")
    is_listed(assignment)

    RegistrationKey.objects.filter(pk=assignment.key_id).update(sealed=b"damaged")
    refresh(now=NOW + DAY)

    assert RetiredCode.objects.get(key=assignment.key_id).listed
