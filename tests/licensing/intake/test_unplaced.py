"""Products that no mapping knows are kept and reported, never guessed; and what the vendor says about them later."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from licensing.holdings import Standing, holdings_of
from licensing.intake.editions import Sold, create_editions
from licensing.intake.unplaced import place_lines
from licensing.keys.sealed import content_of
from licensing.models import (
    Case,
    Customer,
    Edition,
    License,
    Mapping,
    Platform,
    PurchaseLine,
    RegistrationKey,
)
from tests import factories
from tests.licensing.intake.sales import imported, order, sales_file

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_an_unknown_product_is_kept_without_a_license(tmp_path: Path) -> None:
    run = imported(sales_file(tmp_path, order(License_Key="AAAA-BBBB")), editions=False)

    assert run.outcomes == {"unplaced": 1}
    assert not License.objects.exists()
    assert [holding.standing for holding in holdings_of(Customer.objects.get(), now=NOW)] == [
        Standing.UNPLACED
    ]


def test_its_code_waits_encrypted(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(License_Key="AAAA-BBBB")), editions=False)

    assert b"AAAA" not in bytes(PurchaseLine.objects.get().sealed_code or b"")


def test_it_is_placed_with_its_code_when_the_vendor_says_what_it_is(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(License_Key="AAAA-BBBB", Quantity="2")), editions=False)
    factories.mapping(edition=factories.edition(), product_ref="clipcutter", variant="(Windows)")

    placed = place_lines(factories.store(), now=NOW)

    assert (placed, License.objects.count(), RegistrationKey.objects.get().seats) == (1, 2, 2)
    assert content_of(RegistrationKey.objects.get()) == b"AAAA-BBBB"
    assert PurchaseLine.objects.get().sealed_code is None


def test_placing_again_changes_nothing(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order()), editions=False)
    factories.mapping(edition=factories.edition(), product_ref="clipcutter", variant="(Windows)")

    assert [place_lines(factories.store(), now=NOW) for _ in range(2)] == [1, 0]


def test_a_placed_line_cannot_take_over_a_key_either(tmp_path: Path) -> None:
    edition = factories.edition()
    factories.owner_of("anna@example.com", codes=["AAAA-BBBB"], edition=edition)
    imported(sales_file(tmp_path, order("ben@example.com", License_Key="AAAA-BBBB")), editions=False)
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")

    place_lines(factories.store(), now=NOW)

    assert Case.objects.count() == 1
    assert not License.objects.filter(
        owner__addresses__canonical="ben@example.com", assignments__isnull=False
    ).exists()


def test_another_import_of_the_same_file_places_them_too(tmp_path: Path) -> None:
    path = sales_file(tmp_path, order())
    imported(path, editions=False)

    imported(path, editions=True)

    assert License.objects.count() == 1


def test_what_a_product_meant_depends_on_when_it_was_sold(tmp_path: Path) -> None:
    old, new = factories.edition(), factories.edition()
    change = datetime(2023, 1, 1, tzinfo=UTC)
    factories.mapping(edition=old, product_ref="clipcutter", variant="(Windows)", valid_until=change)
    factories.mapping(edition=new, product_ref="clipcutter", variant="(Windows)", valid_from=change)

    dates = ("2022-12-31", "2023-01-01", "2024-06-01")
    imported(sales_file(tmp_path, *[order(Purchase_Date=date) for date in dates]), editions=False)

    sold = License.objects.order_by("line__purchase__ordered_at").values_list("edition", flat=True)
    assert list(sold) == [old.pk, new.pk, new.pk]


def test_a_starting_mapping_names_platform_and_sku(tmp_path: Path) -> None:
    rows = [order(Variants="(Windows)"), order(Variants="(Mac)"), order(Product_ID="fonts", Variants="")]

    imported(sales_file(tmp_path, *rows))

    found = set(Edition.objects.values_list("sku", "platform"))
    assert found == {("clipcutter-windows", "windows"), ("clipcutter-macos", "macos"), ("fonts-any", "any")}


@pytest.mark.parametrize(
    ("variant", "platform", "version"),
    [
        ("(Windows)", Platform.WINDOWS, ""),
        ("Win 64", Platform.WINDOWS, "64"),
        ("(macOS, Business)", Platform.MACOS, "Business"),
        ("Mac OS X", Platform.MACOS, ""),
        ("linux", Platform.LINUX, ""),
        ("", Platform.ANY, ""),
        ("(Family)", Platform.ANY, "Family"),
        ("Machine pack", Platform.ANY, "Machine pack"),
    ],
)
def test_a_platform_is_read_from_whole_words_of_the_variant(
    variant: str, platform: Platform, version: str
) -> None:
    edition = create_editions(factories.store(), [Sold("thing", variant, "Thing")])[0]

    assert (edition.platform, edition.version) == (platform, version)


def test_a_mapping_that_the_vendor_made_is_left_alone(tmp_path: Path) -> None:
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")

    imported(sales_file(tmp_path, order()))

    assert Mapping.objects.count() == 1
    assert License.objects.get().edition == edition


def test_products_of_foreign_names_get_a_sku_each(tmp_path: Path) -> None:
    sold = [Sold("映像", "", "映像"), Sold("音楽", "", "音楽")]

    made = create_editions(factories.store(), sold)

    assert len({edition.sku for edition in made}) == 2
