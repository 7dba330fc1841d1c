"""One customer's key is never handed to a second one, whatever files say."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from licensing.keys.assign import end
from licensing.models import (
    Case,
    CaseKind,
    Customer,
    KeyAssignment,
    KeyOrder,
    KeyState,
    License,
    OrderState,
    PurchaseLine,
    RegistrationKey,
)
from tests import factories
from tests.licensing.intake.sales import imported, order, sales_file

pytestmark = pytest.mark.django_db

CODE = "AAAA-BBBB-CCCC"


def serves() -> list[str]:
    owners = Customer.objects.filter(licenses__assignments__ends_at=None, licenses__assignments__isnull=False)
    return sorted(owners.values_list("addresses__canonical", flat=True))


def test_a_code_that_serves_somebody_else_stays_there_and_a_person_decides(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order("anna@example.com", License_Key=CODE)))

    run = imported(sales_file(tmp_path, order("ben@example.com", License_Key=CODE.lower())))

    assert run.outcomes == {"needs_person": 1}
    assert serves() == ["anna@example.com"]
    assert Case.objects.get().kind == CaseKind.KEY_OWNED
    assert (
        License.objects.filter(owner__addresses__canonical="ben@example.com", assignments=None).count() == 1
    )


def test_the_same_within_one_file(tmp_path: Path) -> None:
    run = imported(
        sales_file(
            tmp_path, order("anna@example.com", License_Key=CODE), order("ben@example.com", License_Key=CODE)
        )
    )

    assert run.outcomes == {"new": 1, "needs_person": 1}
    assert serves() == ["anna@example.com"]


def test_the_case_names_no_code(tmp_path: Path) -> None:
    imported(
        sales_file(
            tmp_path, order("anna@example.com", License_Key=CODE), order("ben@example.com", License_Key=CODE)
        )
    )

    assert "AAAA" not in str(Case.objects.get().detail)


def test_whoever_waits_for_that_decision_gets_no_key_from_the_pool(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order("anna@example.com", License_Key=CODE)))
    factories.key(edition=RegistrationKey.objects.get().edition)

    imported(sales_file(tmp_path, order("ben@example.com", License_Key=CODE)))

    assert serves() == ["anna@example.com"]


def test_a_retired_code_is_not_given_again(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order("anna@example.com", License_Key=CODE)))
    KeyAssignment.objects.update(ends_at=factories.ORDERED_AT.replace(year=2030))
    RegistrationKey.objects.update(state="retired", retired_at=factories.ORDERED_AT)

    run = imported(sales_file(tmp_path, order("anna@example.com", License_Key=CODE)))

    assert run.outcomes == {"needs_person": 1}


def test_the_same_customer_may_bring_a_code_again(tmp_path: Path) -> None:
    run = imported(sales_file(tmp_path, *[order("anna@example.com", License_Key=CODE) for _ in range(2)]))

    assert run.outcomes == {"new": 2}
    assert RegistrationKey.objects.get().seats == 2


def test_a_code_that_all_buyers_share_serves_them_all(tmp_path: Path) -> None:
    edition = factories.edition(key_source_options={"shared": True})
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")

    run = imported(
        sales_file(tmp_path, *[order(f"buyer{n}@example.com", License_Key=CODE) for n in range(3)])
    )

    assert run.outcomes == {"new": 3}
    assert len(serves()) == 3
    assert RegistrationKey.objects.get().seats is None


def test_a_key_on_file_without_seats_is_shared_too(tmp_path: Path) -> None:
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")
    factories.key(edition=edition, code=CODE, seats=None)

    imported(sales_file(tmp_path, *[order(f"buyer{n}@example.com", License_Key=CODE) for n in range(3)]))

    assert len(serves()) == 3


def test_a_shared_key_serves_those_who_came_without_a_code(tmp_path: Path) -> None:
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")
    factories.key(edition=edition, code=CODE, seats=None)

    imported(sales_file(tmp_path, *[order(f"buyer{n}@example.com", License_Key="") for n in range(3)]))

    assert len(serves()) == 3


def test_one_code_may_stand_in_two_editions(tmp_path: Path) -> None:
    windows, mac = (
        order("anna@example.com", License_Key=CODE),
        order("ben@example.com", License_Key=CODE, Variants="(Mac)"),
    )

    run = imported(sales_file(tmp_path, windows, mac))

    assert run.outcomes == {"new": 2}


def test_a_bundle_gives_its_code_to_each_of_its_editions(tmp_path: Path) -> None:
    first, second = factories.edition(), factories.edition()
    mapping = factories.mapping(edition=first, product_ref="clipcutter", variant="(Windows)")
    mapping.items.create(edition=second, quantity=2)

    imported(sales_file(tmp_path, order(License_Key=CODE, Quantity="2")))

    seats = dict(RegistrationKey.objects.values_list("edition", "seats"))
    assert seats == {first.pk: 2, second.pk: 4}
    assert sorted(License.objects.values_list("unit", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_codes_are_told_apart_as_their_edition_says(tmp_path: Path) -> None:
    edition = factories.edition(code_form="exact")
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")

    imported(
        sales_file(
            tmp_path,
            order("a@example.com", License_Key="aGVsbG8="),
            order("b@example.com", License_Key="AGVSBG8="),
        )
    )

    assert RegistrationKey.objects.count() == 2


def test_the_code_of_an_undecided_order_is_kept_sealed_on_its_line(tmp_path: Path) -> None:
    imported(
        sales_file(
            tmp_path, order("anna@example.com", License_Key=CODE), order("ben@example.com", License_Key=CODE)
        )
    )

    kept = [
        bytes(line.sealed_code) for line in PurchaseLine.objects.exclude(sealed_code=None) if line.sealed_code
    ]
    assert len(kept) == 1
    assert CODE.encode() not in kept[0]


def test_a_code_that_a_generator_made_for_one_buyer_goes_to_no_other(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order("anna@example.com", License_Key=CODE)))
    edition = RegistrationKey.objects.get().edition
    reserved = factories.key(edition=edition, code="DDDD-EEEE-FFFF")
    RegistrationKey.objects.filter(pk=reserved.pk).update(state=KeyState.SERVING)
    waits = factories.license(edition=edition)
    KeyOrder.objects.create(license=waits, edition=edition, state=OrderState.ANSWERED, key=reserved)

    run = imported(sales_file(tmp_path, order("ben@example.com", License_Key="DDDD-EEEE-FFFF")))

    assert run.outcomes == {"needs_person": 1}
    assert serves() == ["anna@example.com"]


def test_a_seat_in_its_grace_period_is_not_given_again(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order("anna@example.com", License_Key=CODE, Quantity="2")))
    moved = KeyAssignment.objects.get(seat=2)
    end(moved, at=timezone.now() + timedelta(days=14), reason="moved")

    imported(sales_file(tmp_path, order("anna@example.com", License_Key=CODE)))

    assert RegistrationKey.objects.get().seats == 3
    assert set(KeyAssignment.objects.open().values_list("seat", flat=True)) == {1, 3}
