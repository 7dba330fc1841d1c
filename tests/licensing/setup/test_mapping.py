"""What a shop's products mean, seen and said without the console: `manage.py mapping`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from licensing.models import KeyAssignment, License, Mapping, PurchaseLine
from tests import factories
from tests.licensing.intake.sales import imported, order, sales_file
from tests.licensing.setup.files import load, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue() -> None:
    factories.store(name="shop")
    product = factories.product(slug="clip")
    for platform in ("windows", "macos"):
        factories.edition(of=product, platform=platform, sku=f"clip-{platform}")


def mapping(folder: Path, text: str, *options: str) -> None:
    load("mapping", written(folder, text), "--store", "shop", *options)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(CommandError) as error:
        mapping(folder, text)
    return str(error.value)


def shown(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    call_command("mapping", "show", "--store", "shop", *options)
    return capsys.readouterr().out


def meanings() -> set[tuple[str, str, str, int]]:
    return set(
        Mapping.objects.values_list("product_ref", "variant", "items__edition__sku", "items__quantity")
    )


def sold(folder: Path, *rows: dict[str, object]) -> None:
    imported(sales_file(folder, *rows), store=factories.store(name="shop"), editions=False)


def test_says_what_products_mean(tmp_path: Path) -> None:
    mapping(
        tmp_path,
        "product_id,variant,edition,quantity\nclipcutter,(Windows),clip-windows,\nbundle,,clip-windows,1\nbundle,,clip-macos,2\n",
    )

    assert meanings() == {
        ("clipcutter", "(Windows)", "clip-windows", 1),
        ("bundle", "", "clip-windows", 1),
        ("bundle", "", "clip-macos", 2),
    }


def test_a_second_load_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "product_id,edition,from\nclip,clip-windows,\nclip,clip-macos,2024-01-01\n"
    mapping(tmp_path, text)
    before = list(Mapping.objects.values("pk", "items__pk"))
    capsys.readouterr()

    mapping(tmp_path, text)

    assert list(Mapping.objects.values("pk", "items__pk")) == before
    assert "0 new, 0 changed, 2 unchanged" in capsys.readouterr().out


def test_what_the_file_says_of_a_product_replaces_what_was_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping(tmp_path, "product_id,edition\nclip,clip-windows\nother,clip-macos\n")

    mapping(tmp_path, "product_id,edition,quantity\nclip,clip-macos,3\n")

    assert meanings() == {("clip", "", "clip-macos", 3), ("other", "", "clip-macos", 1)}
    assert "0 new, 1 changed, 0 unchanged" in capsys.readouterr().out


def test_dates_are_days_of_utc_and_end_where_the_file_says(tmp_path: Path) -> None:
    mapping(
        tmp_path,
        "product_id,edition,from,until\nclip,clip-windows,2020-02-01,2024-01-01\nclip,clip-macos,2024-01-01T12:00+02:00,\n",
    )

    first, second = Mapping.objects.order_by("valid_from")
    assert (first.valid_from, first.valid_until) == (
        datetime(2020, 2, 1, tzinfo=UTC),
        datetime(2024, 1, 1, tzinfo=UTC),
    )
    assert (second.valid_from, second.valid_until) == (datetime(2024, 1, 1, 10, tzinfo=UTC), None)


def test_kept_rows_that_map_now_become_licenses_with_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sold(tmp_path, order(License_Key="AAAA-BBBB"), order(License_Key=""), order(Variants="(Mac)"))

    mapping(tmp_path, "product_id,variant,edition\nclipcutter,(Windows),clip-windows\n")

    assert (License.objects.count(), KeyAssignment.objects.count()) == (2, 1)
    assert PurchaseLine.objects.filter(placed_at=None).count() == 1
    assert "2 kept lines became licenses, 1 still without a mapping" in capsys.readouterr().out


def test_a_dry_run_counts_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sold(tmp_path, order(), order(Variants="(Mac)"))

    mapping(tmp_path, "product_id,variant,edition\nclipcutter,(Windows),clip-windows\n", "--dry-run")

    said = capsys.readouterr().out
    assert "A dry run: nothing was changed." in said
    assert "1 new, 0 changed, 0 unchanged" in said
    assert "1 kept lines became licenses, 1 still without a mapping" in said
    assert not Mapping.objects.exists()
    assert not License.objects.exists()


def test_names_every_wrong_row_and_changes_nothing(tmp_path: Path) -> None:
    said = refusal(
        tmp_path,
        "product_id,variant,edition,quantity,from,until\n"
        "good,,clip-windows,1,,\n"
        ",,clip-windows,1,,\n"
        "a,,unheard-of,1,,\n"
        "b,,clip-windows,none,,\n"
        "c,,clip-windows,1,31.12.2024,\n"
        "d,,clip-windows,1,2024-02-01,2024-01-01\n"
        "good,,clip-windows,2,,\n"
        f"{'x' * 201},,clip-windows,1,,\n"
        "good,,clip-macos,1,,2024-01-01\n",
    )

    assert "Nothing was changed" in said
    for part in (
        "row 3, product_id: is empty",
        "row 4, edition: there is no edition with the SKU “unheard-of”",
        "row 5, quantity: must be a whole number from 1 to 1000",
        "row 6, from: must be a date such as 2024-05-31",
        "row 7, until: must be later than “from”",
        "row 8, edition: stands in row 2 already for this product",
        "row 9, product_id: is longer than 200 characters",
        "row 10, until: row 2 says something else for this product",
    ):
        assert part in said
    assert not Mapping.objects.exists()


def test_two_readings_of_one_row_are_both_told(tmp_path: Path) -> None:
    said = refusal(tmp_path, "product_id,edition,quantity\n,unheard-of,0\n")

    assert said.count("row 2, ") == 3


def test_refuses_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"manage\.py stores set elsewhere --kind KIND"):
        load("mapping", written(tmp_path, "product_id,edition\n"), "--store", "elsewhere")


def test_a_row_without_an_edition_is_left_open_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping(tmp_path, "product_id,edition\nclip,\nother,clip-macos\n")

    assert meanings() == {("other", "", "clip-macos", 1)}
    assert "1 rows without an edition were left out: row 2" in capsys.readouterr().out


def test_shows_what_each_product_means(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping(tmp_path, "product_id,variant,edition,quantity,from\nbundle,(Mac),clip-macos,2,2024-01-01\n")

    said = shown(capsys)

    assert all(part in said for part in ("bundle", "(Mac)", "2 × clip-macos", "from 2024-01-01"))


def test_shows_what_was_sold_and_nobody_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sold(
        tmp_path,
        order(Purchase_Date="2020-05-01"),
        order(Purchase_Date="2023-06-01"),
        order(Variants="(Mac)"),
    )
    mapping(tmp_path, "product_id,variant,edition\nclipcutter,(Mac),clip-macos\n")

    said = shown(capsys, "--unmapped")

    assert all(
        part in said for part in ("clipcutter", "(Windows)", "Clip Cutter", "2", "2020-05-01", "2023-06-01")
    )
    assert "(Mac)" not in said


def test_what_is_unmapped_is_a_file_to_fill_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sold(tmp_path, order(Product_ID="=1+1"))
    table = shown(capsys, "--unmapped", "--csv")

    mapping(tmp_path, table.replace("(Windows),Clip Cutter,", "(Windows),Clip Cutter,clip-windows"))

    assert "'=1+1" in table
    assert meanings() == {("=1+1", "(Windows)", "clip-windows", 1)}
    assert License.objects.count() == 1


def test_a_product_that_was_sold_again_is_asked_for_from_then_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Left to "from the beginning", the row would rewrite what the product was before."""
    mapping(tmp_path, "product_id,variant,edition,until\nclipcutter,(Windows),clip-windows,2022-01-01\n")
    sold(tmp_path, order(Purchase_Date="2023-06-01"), order(Purchase_Date="2024-06-01"))

    table = shown(capsys, "--unmapped", "--csv")

    assert ",2023-06-01," in table.splitlines()[1]


def test_what_is_shown_as_csv_can_be_loaded_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping(
        tmp_path,
        "product_id,variant,edition,from,until\nclip,a,clip-windows,,2024-01-01\nclip,a,clip-macos,2024-01-01T09:30,\n",
    )
    table = shown(capsys, "--csv")
    capsys.readouterr()

    mapping(tmp_path, table)

    assert "0 new, 0 changed, 2 unchanged" in capsys.readouterr().out


def test_the_sample_files_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue", "load", "docs/samples/catalogue.csv")
    imported(Path("demo/sample-sales.csv"), store=factories.store(name="shop"), editions=False)

    call_command("mapping", "load", "docs/samples/mapping.csv", "--store", "shop")

    assert "nothing: every line that was sold has a meaning" in shown(capsys, "--unmapped")
