"""Rules for moving, sources of keys and the list of retired codes, set from the catalogue: without the console."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from licensing.intake.editions import Sold, create_editions
from licensing.keys.signing import new_signing_key
from licensing.models import Edition, Product, SigningPurpose
from licensing.setup.catalogue import COLUMNS
from tests import factories
from tests.licensing.setup.files import load, written

pytestmark = pytest.mark.django_db

PATTERN = "VCU-#####-#####-#####-#####C"
RULES = (
    "sku,product,exchange_allowed,exchanges_per_period,exchange_period_days,exchange_cooldown_days,"
    "exchange_window_days,exchange_grace_days,exchange_needs_approval\n"
)


@pytest.fixture
def edition() -> Edition:
    return factories.edition(of=factories.product(slug="clip"), sku="clip-windows")


def catalogue(folder: Path, text: str) -> None:
    load("catalogue", written(folder, text))


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(CommandError) as error:
        catalogue(folder, text)
    return str(error.value)


def shown() -> list[object]:
    return [*Edition.objects.order_by("pk").values(), *Product.objects.order_by("pk").values()]


def test_sets_the_rules_for_moving(tmp_path: Path, edition: Edition) -> None:
    catalogue(tmp_path, RULES + "clip-windows,clip,yes,3,180,10,90,7,yes\n")

    product = Product.objects.get()
    assert (product.exchanges_per_period, product.exchange_period_days) == (3, 180)
    assert (product.exchange_cooldown_days, product.exchange_window_days) == (10, 90)
    assert (product.exchange_grace_days, product.exchange_needs_approval) == (7, True)


def test_one_row_sets_the_rules_for_all_editions_of_its_product(tmp_path: Path, edition: Edition) -> None:
    factories.edition(of=edition.product, sku="clip-mac", platform="macos")

    catalogue(tmp_path, RULES + "clip-windows,clip,no,,,,60,,\nclip-mac,clip,,,,,,,\n")

    product = Product.objects.get()
    assert (product.exchange_allowed, product.exchange_window_days) == (False, 60)
    assert product.exchange_grace_days == 14


def test_a_row_needs_not_repeat_the_product_of_its_edition(tmp_path: Path, edition: Edition) -> None:
    catalogue(tmp_path, "sku,exchange_grace_days\nclip-windows,3\n")

    assert Product.objects.get().exchange_grace_days == 3


@pytest.mark.parametrize(
    "text", [RULES + "clip-windows,clip,yes,,,,,,\n", "sku,exchange_window_days\nclip-windows,\n"]
)
def test_an_empty_window_means_always(tmp_path: Path, edition: Edition, text: str) -> None:
    Product.objects.update(exchange_window_days=30)

    catalogue(tmp_path, text)

    assert Product.objects.get().exchange_window_days is None


def test_refuses_rules_that_contradict_each_other_in_the_words_of_the_console(
    tmp_path: Path, edition: Edition
) -> None:
    said = refusal(tmp_path, RULES + "clip-windows,clip,yes,0,365,30,,14,no\n")

    assert "row 2, exchanges_per_period: 0 moves: nobody could move a license." in said
    assert Product.objects.get().exchanges_per_period == 2


def test_refuses_a_rule_that_contradicts_one_on_file(tmp_path: Path, edition: Edition) -> None:
    said = refusal(tmp_path, "sku,exchange_period_days\nclip-windows,10\n")

    assert "row 2, exchange_cooldown_days: 30 days between moves are more than the period of 10 days" in said


def test_refuses_rows_that_say_different_rules_of_one_product(tmp_path: Path, edition: Edition) -> None:
    factories.edition(of=edition.product, sku="clip-mac", platform="macos")

    said = refusal(tmp_path, RULES + "clip-windows,clip,yes,2,,,90,,\nclip-mac,clip,yes,3,,,,,\n")

    assert "row 3, exchanges_per_period: row 2 says “2”" in said
    assert "row 3, exchange_window_days: row 2 says “90”" in said


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("exchange_allowed", "perhaps", "must be yes or no"),
        ("exchange_grace_days", "-1", "must be a whole number, 0 or more"),
        ("exchange_grace_days", "1.5", "must be a whole number, 0 or more"),
        ("exchange_grace_days", "40000", "must be at most 32,767"),
        ("low_stock_level", "few", "must be a whole number, 0 or more"),
        ("checks_retired_list", "1", "must be yes or no"),
        ("key_source", "dice", '"dice" is none of pool, pattern, signed, remote'),
        ("key_source_options", "{", "must be a JSON object"),
        ("key_source_options", "[]", "must be a JSON object"),
        ("key_source_options", '{"a": NaN}', "must be a JSON object"),
        ("key_source_options", '{"a": "\\u0000"}', "must be a JSON object"),
        ("key_source_options", '{"shared": true}', "“shared” has a column of its own: shared_code"),
        ("exchange_line", "x" * 41, "Ensure this value has at most 40 characters"),
    ],
)
def test_refuses_a_cell_that_it_cannot_read(
    tmp_path: Path, edition: Edition, column: str, cell: str, reason: str
) -> None:
    before = shown()

    said = refusal(tmp_path, f"sku;{column}\nclip-windows;{quoted(cell)}\n")

    assert f"row 2, {column}: {reason}" in said
    assert shown() == before


def test_sets_where_keys_come_from(tmp_path: Path, edition: Edition) -> None:
    catalogue(
        tmp_path,
        "sku;key_source;key_source_options;low_stock_level;checks_retired_list;exchange_line\n"
        f"clip-windows;pattern;{quoted(options(PATTERN))};25;yes;2024\n",
    )

    edition.refresh_from_db()
    assert (edition.key_source, edition.key_source_options) == ("pattern", {"pattern": PATTERN})
    assert (edition.low_stock_level, edition.checks_retired_list) == (25, True)
    assert edition.exchange_line == "2024"


def test_an_empty_cell_leaves_source_level_and_list_as_they_are(tmp_path: Path, edition: Edition) -> None:
    new_signing_key(SigningPurpose.LICENSES)
    Edition.objects.update(
        key_source="signed", code_form="armoured", low_stock_level=3, checks_retired_list=True
    )
    before = shown()

    catalogue(tmp_path, "sku,key_source,low_stock_level,checks_retired_list\nclip-windows,,,\n")

    assert shown() == before


@pytest.mark.parametrize(
    ("source", "given", "reason"),
    [
        ("pattern", "", "key_source_options: There is no pattern."),
        ("pattern", '{"pattern": "A-##"}', "key_source_options: "),
        ("signed", "", "key_source: "),
        ("remote", "", "key_source_options: There is no address of the generator."),
    ],
)
def test_refuses_a_source_that_could_make_no_key(
    tmp_path: Path, edition: Edition, source: str, given: str, reason: str
) -> None:
    said = refusal(tmp_path, f"sku;key_source;key_source_options\nclip-windows;{source};{quoted(given)}\n")

    assert f"row 2, {reason}" in said
    assert Edition.objects.get().key_source == "pool"


def test_refuses_a_source_whose_keys_do_not_fit_how_codes_are_compared(
    tmp_path: Path, edition: Edition
) -> None:
    Edition.objects.update(code_form="exact")

    said = refusal(
        tmp_path,
        f"sku;key_source;key_source_options\nclip-windows;pattern;{quoted(options(PATTERN))}\n",
    )

    assert "row 2, normalisation: Keys of this source need the code form spaced or crockford." in said


def test_refuses_two_editions_on_one_platform_that_move_alike(tmp_path: Path, edition: Edition) -> None:
    factories.edition(of=edition.product, sku="clip-2", version="2", exchange_line="all")

    said = refusal(tmp_path, "sku,exchange_line\nclip-windows,all\n")

    assert "row 2: another edition moves between “all” on that platform: clip-2" in said


def test_a_mark_that_no_code_is_shared_is_no_option_of_a_source(tmp_path: Path, edition: Edition) -> None:
    Edition.objects.update(key_source_options={"shared": False, "pattern": PATTERN})

    catalogue(tmp_path, "sku,key_source,shared_code\nclip-windows,pattern,no\n")

    assert Edition.objects.get().key_source_options == {"pattern": PATTERN}


def test_what_is_shown_of_all_settings_can_be_loaded_again(
    tmp_path: Path, edition: Edition, capsys: pytest.CaptureFixture[str]
) -> None:
    Edition.objects.update(
        key_source="pattern", key_source_options={"pattern": PATTERN}, exchange_line="2024",
        checks_retired_list=True, low_stock_level=0,
    )  # fmt: skip
    Product.objects.update(exchange_window_days=90, exchange_needs_approval=True)
    factories.edition(of=edition.product, sku="clip-mac", platform="macos")
    factories.edition(sku="other", key_source_options={"shared": False})
    before = shown()

    catalogue(tmp_path, csv_of(capsys))

    assert "0 new editions, 0 changed, 3 unchanged. 0 products" in capsys.readouterr().out
    assert shown() == before


def test_of_editions_made_from_a_sales_file_only_the_edited_one_counts_as_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [Sold("clip", "(Windows)", "Clip Cutter"), Sold("clip", "(Mac)", "Clip Cutter")]
    create_editions(factories.store(), names)

    catalogue(tmp_path, csv_of(capsys).replace(",windows,,", ",windows,https://vendor.example/clip.exe,"))
    assert "0 new editions, 1 changed, 1 unchanged. 0 products" in capsys.readouterr().out


def test_shows_the_rules_and_where_keys_come_from(
    edition: Edition, capsys: pytest.CaptureFixture[str]
) -> None:
    Edition.objects.update(key_source_options={}, exchange_line="2024", checks_retired_list=True)

    call_command("catalogue", "show")

    said = capsys.readouterr().out
    assert "Clip: A license may move 2 times in 365 days, at least 30 days apart" in said
    assert "new keys: codes loaded by the vendor" in said
    assert "fewer than 10 are left" in said
    assert "moves between “2024”" in said
    assert "its application checks the list of retired codes" in said


def csv_of(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    call_command("catalogue", "show", "--csv")
    return capsys.readouterr().out


def options(pattern: str) -> str:
    return f'{{"pattern": "{pattern}"}}'


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def test_the_documentation_names_every_column() -> None:
    text = Path("docs/catalogue.md").read_text(encoding="utf-8")

    assert [column for column in COLUMNS if f"`{column}`" not in text] == []
