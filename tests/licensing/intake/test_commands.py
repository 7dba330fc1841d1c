"""The commands as their user sees them."""

import csv
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from licensing.models import KeyAssignment, Purchase, RegistrationKey, Store
from tests import factories
from tests.licensing.intake.sales import order, sales_file

pytestmark = pytest.mark.django_db


def run_import(path: Path, *options: str, store: str = "shop") -> None:
    call_command("import_purchases", str(path), "--store", store, "--kind", "gumroad", *options)


def counted(text: str) -> dict[str, int]:
    return {
        words: int(number.replace(",", ""))
        for number, words in re.findall(r"^ *([\d,]+) (.+)$", text, re.MULTILINE)
    }


def test_says_what_became_of_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [order(), order(Buyer_Name="4111 1111 1111 1111"), order(**{"Fully Refunded?": "1"}), order("bad")]

    run_import(sales_file(tmp_path, *rows), "--create-editions")

    said = counted(capsys.readouterr().out)
    assert said["rows"] == 4
    assert (said["new"], said["refunded"], said["rejected"], said["card numbers removed"]) == (2, 1, 1, 1)


def test_makes_the_store(tmp_path: Path) -> None:
    run_import(sales_file(tmp_path, order()))

    assert Store.objects.get().name == "shop"


def test_refuses_a_store_of_another_kind(tmp_path: Path) -> None:
    factories.store(name="shop", kind="paddle")

    with pytest.raises(CommandError, match="is a paddle shop"):
        run_import(sales_file(tmp_path, order()))


def test_refuses_a_store_name_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="short name"):
        run_import(sales_file(tmp_path, order()), store="my shop!")


def test_a_bad_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        run_import(tmp_path / "nothing.csv")

    assert (
        str(error.value) == "nothing.csv cannot be opened: No such file or directory. Nothing was imported."
    )


def test_rejected_rows_are_told_in_a_file_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_import(sales_file(tmp_path, order(), order("secret person"), order(Quantity="none")))

    with (tmp_path / "sales.csv.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:2] for row in rows] == [["row", "column"], ["3", "Purchase Email"], ["4", "Quantity"]]
    assert "secret" not in str(rows)
    assert "sales.csv.rejects.csv" in capsys.readouterr().out


def test_the_file_of_rejects_holds_no_formula(tmp_path: Path) -> None:
    path = sales_file(tmp_path, order(Review="A\0B"))
    path.write_bytes(path.read_bytes().replace(b"Review", b"=1+1"))

    run_import(path)

    assert "'=1+1" in (tmp_path / "sales.csv.rejects.csv").read_text(encoding="utf-8-sig")


def test_no_file_of_rejects_where_nothing_was_rejected(tmp_path: Path) -> None:
    (tmp_path / "sales.csv.rejects.csv").write_text("of an earlier run")

    run_import(sales_file(tmp_path, order()))

    assert not (tmp_path / "sales.csv.rejects.csv").exists()


def test_a_dry_run_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_import(sales_file(tmp_path, order()), "--dry-run", "--create-editions")

    assert "nothing was changed" in capsys.readouterr().out
    assert not Purchase.objects.exists()


def test_place_lines_says_how_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_import(sales_file(tmp_path, order(), order(Variants="(Mac)")))
    factories.mapping(
        edition=factories.edition(), product_ref="clipcutter", variant="(Windows)", store=Store.objects.get()
    )

    call_command("place_lines")

    assert "1 lines placed, 1 still without a mapping" in capsys.readouterr().out


def codes_file(folder: Path, text: str) -> Path:
    path = folder / "codes.txt"
    path.write_text(text)
    return path


def test_codes_go_into_the_pool_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edition = factories.edition(sku="clip-windows")
    factories.owner_of(codes=["OWNED-OWNED"], edition=edition)
    path = codes_file(tmp_path, "AAAA-1111\n\nBBBB-2222\naaaa1111\nOWNED-OWNED\n")

    call_command("import_keys", str(path), "--edition", "clip-windows")
    said = counted(capsys.readouterr().out)
    call_command("import_keys", str(path), "--edition", "clip-windows")

    assert said["new codes in the pool, 0 of them given to licenses that waited"] == 2
    assert said["twice in the file: rows 4"] == 1
    assert said["owned already: rows 5"] == 1
    assert RegistrationKey.objects.count() == 3
    assert counted(capsys.readouterr().out)["in the pool already: rows 1, 3"] == 2


def test_codes_may_come_with_names_and_seats(tmp_path: Path) -> None:
    factories.edition(sku="clip-windows")
    path = codes_file(
        tmp_path, 'code,name,seats\nAAAA-1111,"Lantern, Ltd",5\nBBBB-2222,,all\nCCCC-3333,Anna,\n'
    )

    call_command("import_keys", str(path), "--edition", "clip-windows")

    kept = sorted(RegistrationKey.objects.values_list("registered_name", "seats"))
    assert kept == [("", None), ("Anna", 1), ("Lantern, Ltd", 5)]


def test_licenses_that_wait_are_served_in_the_order_of_their_purchase(tmp_path: Path) -> None:
    edition = factories.edition(sku="clip-windows")
    days = [factories.ORDERED_AT.replace(day=day) for day in (9, 3, 6)]
    buyers = [factories.customer() for _ in days]
    for buyer, day in zip(buyers, days, strict=True):
        line = factories.line(of=factories.purchase(buyer=buyer, ordered_at=day))
        factories.license(owner=buyer, edition=edition, line=line)

    call_command(
        "import_keys", str(codes_file(tmp_path, "AAAA-1111\nBBBB-2222\n")), "--edition", "clip-windows"
    )

    served = KeyAssignment.objects.order_by("license__line__purchase__ordered_at").values_list(
        "license__owner", flat=True
    )
    assert list(served) == [buyers[1].pk, buyers[2].pk]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "is empty"),
        ("AAAA-1111\nBB\x07BB\n", "row 2: The code contains a control character"),
        ("code,seats\nAAAA,none\n", "row 2: seats must be a whole number"),
        ("code,name\nAAAA\n", "row 2: has 1 cells where the first row has 2"),
        ("AAAA-1111\n---\n", "row 2: There is no code here"),
    ],
)
def test_a_bad_file_of_codes_is_one_line_and_fills_no_pool(tmp_path: Path, text: str, line: str) -> None:
    factories.edition(sku="clip-windows")

    with pytest.raises(CommandError) as error:
        call_command("import_keys", str(codes_file(tmp_path, text)), "--edition", "clip-windows")

    assert line in str(error.value)
    assert "\n" not in str(error.value)
    assert not RegistrationKey.objects.exists()


def test_refuses_an_edition_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no edition with the SKU 'nothing'"):
        call_command("import_keys", str(codes_file(tmp_path, "AAAA")), "--edition", "nothing")


def test_a_file_with_another_products_codes_is_refused_unless_it_is_meant(tmp_path: Path) -> None:
    other = factories.edition(sku="disc-mac", code_form="crockford")
    factories.key(edition=other, code="AAAA-1111-OOOO")
    edition = factories.edition(sku="clip-windows")
    path = codes_file(tmp_path, "BBBB-2222\naaaa 1111 0000\n")

    with pytest.raises(CommandError, match="row 2: this code is on file for disc-mac"):
        call_command("import_keys", str(path), "--edition", "clip-windows")
    refused = edition.keys.count()
    call_command("import_keys", str(path), "--edition", "clip-windows", "--also-elsewhere")

    assert (refused, edition.keys.count()) == (0, 2)
