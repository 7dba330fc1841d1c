"""Codes that come apart from their order find their line, and each serves one unit."""

from datetime import timedelta
from itertools import permutations

import pytest

from licensing.intake.record import Told
from licensing.intake.unplaced import place_lines
from licensing.keys.assign import assign, end
from licensing.models import Case, CaseKind, KeyAssignment, License, PurchaseLine, RegistrationKey
from tests import factories
from tests.licensing.intake.telling import (
    LATER,
    NOW,
    known,
    late,
    line,
    order,
    shelf_of,
    standings,
    tell,
    tell_each,
)

pytestmark = pytest.mark.django_db

UNTIL = NOW + timedelta(days=365)


def codes(email: str = "anna@example.com") -> list[str]:
    return sorted(each.code for each in shelf_of(email) if each.code)


def test_a_code_serves_the_order_s_only_line() -> None:
    known()

    outcomes = tell_each(order(), late("AAAA-1111"))

    assert outcomes == ["new", "updated"]
    assert codes() == ["AAAA-1111"]


def test_it_waits_for_its_order() -> None:
    known()

    assert tell_each(late("AAAA-1111"), order(), late("AAAA-1111")) == ["no_order", "new", "updated"]


def test_in_one_file_with_its_order_it_may_stand_before_it() -> None:
    known()

    assert tell(late("AAAA-1111"), order()) == ["updated", "new"]


def test_the_same_code_again_is_unchanged() -> None:
    known()
    tell_each(order(), late("AAAA-1111"))

    assert tell_each(late("aaaa 1111"), late("AAAA-1111")) == ["unchanged", "unchanged"]


def test_several_codes_serve_one_unit_each() -> None:
    known()

    tell_each(order(line("clipcutter", 3)), late("AAAA-1111"), late("BBBB-2222"))

    assert codes() == ["AAAA-1111", "BBBB-2222"]
    assert standings() == ["active", "active", "waiting"]


@pytest.mark.parametrize("name", ["item_2", "discsaver"])
def test_a_line_is_named_by_its_reference_or_its_product(name: str) -> None:
    known()
    known("discsaver")

    tell_each(order(line("clipcutter"), line("discsaver", reference="item_2")), late("BBBB-2222", line=name))

    assert License.objects.get(assignments__isnull=False).line.product_ref == "discsaver"


def test_of_one_product_s_variants_the_one_that_is_named_gets_it() -> None:
    for variant in ("win", "mac"):
        factories.mapping(edition=factories.edition(sku=variant), product_ref="clip", variant=variant)

    tell_each(
        order(line("clip", variant="win"), line("clip", variant="mac")),
        late("MMMM", line="clip", variant="mac"),
    )

    assert License.objects.get(assignments__isnull=False).edition.sku == "mac"


def test_a_code_too_many_is_a_contradiction() -> None:
    known()

    outcomes = tell_each(order(line("clipcutter", 1, "AAAA-1111")), late("BBBB-2222"), late("BBBB-2222"))

    assert outcomes == ["new", "needs_person", "needs_person"]
    assert (codes(), Case.objects.count()) == (["AAAA-1111"], 1)


def test_a_code_for_a_line_that_the_order_does_not_have_is_one_too() -> None:
    known()
    known("discsaver")

    outcomes = tell_each(
        order(line("clipcutter"), line("discsaver")), late("AAAA", line="fonts"), late("AAAA")
    )

    assert outcomes == ["new", "needs_person", "needs_person"]


def test_of_an_order_told_by_lines_it_waits_for_its_line() -> None:
    known()
    known("discsaver")
    by_line = (
        order(line("clipcutter", reference="1"), complete=False),
        order(line("discsaver", reference="2"), complete=False),
    )
    tell(by_line[0], order(line("fonts", reference="3"), complete=False))

    assert tell_each(late("BBBB", line="2"), by_line[1], late("BBBB", line="2")) == [
        "no_order",
        "updated",
        "updated",
    ]


def test_a_code_that_serves_somebody_else_stays_there() -> None:
    edition = known()
    factories.owner_of("ben@example.com", codes=["AAAA-1111"], edition=edition)

    outcomes = tell_each(order(), late("AAAA-1111"))

    assert outcomes == ["new", "needs_person"]
    assert (codes(), codes("ben@example.com")) == ([], ["AAAA-1111"])
    assert Case.objects.get().kind == CaseKind.KEY_OWNED
    assert PurchaseLine.objects.get(purchase__reference="1001").sealed_code


def test_the_code_of_before_a_move_says_nothing_new() -> None:
    edition = known()
    tell_each(order(), late("AAAA-1111"))
    license = License.objects.get()
    end(license.assignments.get(), at=NOW, reason="moved")
    mac = factories.edition()
    assign(license=license, key=factories.key(edition=mac), now=NOW)
    License.objects.update(edition=mac)

    assert tell(late("AAAA-1111")) == ["unchanged"]
    assert edition.keys.count() == 1


def test_before_the_line_is_placed_codes_wait_encrypted_and_then_serve_as_they_would_have() -> None:
    outcomes = tell_each(
        order(line("clipcutter", 3)), late("AAAA-1111"), late("AAAA-1111"), late("BBBB-2222")
    )
    sealed = bytes(PurchaseLine.objects.get().sealed_code or b"")
    known()

    place_lines(factories.store(), now=NOW)

    assert outcomes == ["unplaced", "updated", "unchanged", "updated"]
    assert b"AAAA" not in sealed
    assert codes() == ["AAAA-1111", "BBBB-2222"]
    assert standings() == ["active", "active", "waiting"]
    assert set(RegistrationKey.objects.values_list("seats", flat=True)) == {1}


def test_a_line_that_waits_for_its_mapping_takes_no_code_too_many_either() -> None:
    outcomes = tell_each(order(line("clipcutter", 2, "AAAA-1111")), late("BBBB-2222"))

    assert outcomes == ["unplaced", "needs_person"]


def test_a_code_of_a_bundle_serves_all_its_editions() -> None:
    mapping = factories.mapping(edition=factories.edition(sku="a"), product_ref="bundle")
    mapping.items.create(edition=factories.edition(sku="b"))

    tell_each(order(line("bundle", 2)), late("AAAA-1111"))

    served = KeyAssignment.objects.order_by("license__edition__sku").values_list(
        "license__edition__sku", flat=True
    )
    assert list(served) == ["a", "b"]


@pytest.mark.parametrize("placed", [True, False], ids=["placed", "unplaced"])
def test_the_latest_end_that_is_told_counts(placed: bool) -> None:
    if placed:
        known()
    tell_each(
        order(),
        late("AAAA-1111", expires_at=UNTIL),
        late("AAAA-1111", expires_at=LATER),
        late("AAAA-1111"),
    )
    if not placed:
        known()
        place_lines(factories.store(), now=NOW)

    assert License.objects.get().expires_at == UNTIL


def test_unconfirmed_codes_are_attached_to_nothing() -> None:
    known()
    tell(order())

    assert tell(late("AAAA-1111", confirmed=False)) == ["unconfirmed"]
    assert not RegistrationKey.objects.exists()
    tell(late("AAAA-1111"))
    assert tell(late("AAAA-1111", confirmed=False)) == ["unchanged"]


def test_codes_of_a_test_order_are_given_to_nobody() -> None:
    known()
    tell(order(), order(test=True))

    assert tell_each(late("TEST-1111", test=True), late("TEST-1111", test=True)) == ["updated", "unchanged"]
    assert not RegistrationKey.objects.exists()


def test_whatever_comes_first_ends_alike() -> None:
    known()
    told: tuple[Told, ...] = (order(line("clipcutter", 2)), late("AAAA-1111"), late("BBBB-2222"))
    ends = set()
    for number, disorder in enumerate(permutations(told)):
        store = factories.store(name=f"shop {number}")
        factories.mapping(edition=factories.edition(), product_ref="clipcutter", store=store)
        for each in (*disorder, *disorder):
            tell(each, store=store)
        units = License.objects.filter(line__purchase__store=store, assignments__isnull=False)
        ends.add((units.count(), Case.objects.count()))

    assert ends == {(2, 0)}
