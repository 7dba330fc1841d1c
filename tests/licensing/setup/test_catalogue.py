"""Products and editions, set up from a file: `manage.py catalogue`."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from licensing.models import Edition, Product
from tests import factories
from tests.licensing.setup.files import load, written

pytestmark = pytest.mark.django_db

HEADER = "sku,product,product_name,version,platform,download_url,activation_help,normalisation,shared_code\n"
TWO = (
    HEADER
    + "clip-windows,clip,Clip Cutter,3,windows,https://vendor.example/clip.exe,Help > Register,crockford,no\n"
    + 'clip-mac,clip,,3,macos,,"Open Clip.\nPress Register.",,yes\n'
)


def catalogue(folder: Path, text: str, *options: str) -> None:
    load("catalogue", written(folder, text), *options)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(CommandError) as error:
        catalogue(folder, text)
    return str(error.value)


def test_makes_products_and_editions(tmp_path: Path) -> None:
    catalogue(tmp_path, TWO)

    windows, mac = Edition.objects.get(sku="clip-windows"), Edition.objects.get(sku="clip-mac")
    assert (windows.product.name, windows.version, windows.platform) == ("Clip Cutter", "3", "windows")
    assert (windows.download_url, windows.code_form) == ("https://vendor.example/clip.exe", "crockford")
    assert mac.activation_help == "Open Clip.\nPress Register."
    assert (mac.code_form, mac.key_source_options, windows.key_source_options) == (
        "spaced",
        {"shared": True},
        {},
    )


def test_a_second_load_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue(tmp_path, TWO)
    before = list(Edition.objects.values())
    capsys.readouterr()

    catalogue(tmp_path, TWO)

    assert list(Edition.objects.values()) == before
    assert "0 new editions, 0 changed, 2 unchanged" in capsys.readouterr().out


def test_changes_only_the_columns_that_the_file_has(tmp_path: Path) -> None:
    catalogue(tmp_path, TWO)

    catalogue(tmp_path, "sku,download_url\nclip-windows,https://vendor.example/clip-4.exe\n")

    windows = Edition.objects.get(sku="clip-windows")
    assert (windows.download_url, windows.activation_help) == (
        "https://vendor.example/clip-4.exe",
        "Help > Register",
    )


def test_renames_a_product_and_leaves_its_policy(tmp_path: Path) -> None:
    factories.edition(of=factories.product(slug="clip", exchange_grace_days=3), sku="clip-windows")

    catalogue(tmp_path, "sku,product,product_name\nclip-windows,clip,Clip Cutter Pro\n")

    product = Product.objects.get()
    assert (product.name, product.exchange_grace_days) == ("Clip Cutter Pro", 3)


def test_a_dry_run_says_the_same_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue(tmp_path, TWO, "--dry-run")

    assert "A dry run: nothing was changed." in (said := capsys.readouterr().out)
    assert "2 new editions, 0 changed, 0 unchanged" in said
    assert not Edition.objects.exists()
    assert not Product.objects.exists()


def test_names_every_wrong_row_and_changes_nothing(tmp_path: Path) -> None:
    said = refusal(
        tmp_path,
        HEADER
        + "good,clip,Clip Cutter,,windows,,,,\n"
        + ",clip,,,macos,,,,\n"
        + "b,clip,,,amiga,,,,\n"
        + "c,clip,,1,linux,not an address,,,\n"
        + "d,clip,,2,linux,,,loose,\n"
        + "e,clip,,3,linux,,,,perhaps\n"
        + "f,unheard-of,,,linux,,,,\n"
        + "good,clip,,9,linux,,,,\n"
        + "h,clip,,,windows,,,,\n"
        + "i,clip,Another Name,7,any,,,,\n"
        + "j,clip\n",
    )

    assert "Nothing was changed" in said
    for part in (
        "row 3, sku: is empty",
        'row 4, platform: "amiga" is none of windows, macos, linux, any',
        "row 5, download_url: Enter a valid URL.",
        'row 6, normalisation: "loose" is none of spaced, exact, crockford',
        "row 7, shared_code: must be yes or no",
        "row 8, product_name: is needed, since there is no product “unheard-of” yet",
        "row 9, sku: stands in row 2 already",
        "row 10: another edition is that product, version and platform already: good",
        "row 11, product_name: row 2 says “Clip Cutter”",
        "row 12: has 2 cells where the first row has 9",
    ):
        assert part in said
    assert not Edition.objects.exists()


def test_the_way_codes_are_compared_stays_once_codes_are_filed(tmp_path: Path) -> None:
    factories.key(edition=factories.edition(sku="clip-windows"))

    said = refusal(tmp_path, "sku,normalisation\nclip-windows,exact\n")

    assert "row 2, normalisation: cannot change any more: codes are filed under “spaced”" in said


def test_a_new_edition_needs_its_product_and_platform(tmp_path: Path) -> None:
    said = refusal(tmp_path, "sku,version\nnew,2\n")

    assert "row 2, product: is needed for a new edition" in said
    assert "row 2, platform: is needed for a new edition" in said


def test_refuses_a_column_that_it_does_not_know(tmp_path: Path) -> None:
    assert "has a column 'plattform'" in refusal(tmp_path, "sku,plattform\nx,windows\n")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("sku;product;product_name;platform\nx;clip;Clïp;any\n", "utf-16"),
        ("sku,product,product_name,platform\nx,clip,Clïp,any\n\n", "utf-8-sig"),
    ],
)
def test_reads_what_spreadsheets_write(tmp_path: Path, text: str, encoding: str) -> None:
    load("catalogue", written(tmp_path, text, encoding=encoding))

    assert Product.objects.get().name == "Clïp"


def test_shows_what_is_on_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue(tmp_path, TWO)
    factories.key(edition=Edition.objects.get(sku="clip-mac"))
    capsys.readouterr()

    call_command("catalogue", "show")

    said = capsys.readouterr().out
    assert "clip-windows" in said
    assert "Clip Cutter 3 (Mac)" in said
    assert "1 in the pool" in said


def test_what_is_shown_as_csv_can_be_loaded_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue(tmp_path, TWO)
    capsys.readouterr()
    call_command("catalogue", "show", "--csv")
    shown = capsys.readouterr().out

    catalogue(tmp_path, shown)

    assert "0 new editions, 0 changed, 2 unchanged" in capsys.readouterr().out


def test_the_sample_file_loads() -> None:
    call_command("catalogue", "load", "docs/samples/catalogue.csv")

    assert Edition.objects.count() > 3
