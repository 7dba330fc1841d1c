"""What the files are like: harmless in a spreadsheet, for the owner alone, whole or not there."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from openpyxl import load_workbook

from licensing.everything import kinds, workbook
from licensing.everything.archive import zipped
from licensing.everything.cells import as_it_was, harmless
from licensing.everything.loading import load
from licensing.everything.rows import CannotWrite, as_texts, chunks_of, one_moment
from licensing.everything.tables import Table, everything
from licensing.models import Customer, Product, RegistrationKey, Store
from tests import factories
from tests.licensing.everything.history import HOSTILE, lived
from tests.recovery.exchanging import NOW

# Holds secrets, passes through on its way in, lasts for minutes, is derived from the rest, or is made anew where it is
# needed.
NOT_EXPORTED = {
    "Connection", "HookEvent", "KeyAsk", "Endpoint", "Delivery",
    "ImportRun", "ImportPart", "ImportRow",
    "RetiredCode", "RetiredList", "SigningKey",
    "AuditEntry", "AuditLink", "AuditPending", "StoredKey",
    "Hold",
}  # fmt: skip


def test_every_table_of_what_customers_own_is_exported_or_said_not_to_be() -> None:
    exported = {table.model.__name__ for table in everything()}
    known = {model.__name__ for model in apps.get_app_config("licensing").get_models()}

    assert known <= exported | NOT_EXPORTED
    assert not exported & NOT_EXPORTED


@pytest.mark.parametrize("text", [*HOSTILE, "\0nul", "", "plain"], ids=str.encode)
def test_a_cell_is_harmless_and_gives_the_value_back(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
    assert as_it_was(harmless(text)) == text


@pytest.mark.django_db(transaction=True)
def test_a_workbook_has_no_formula_and_no_number_that_was_a_text(tmp_path: Path) -> None:
    lived()
    kinds.write(tmp_path / "out.xlsx")

    book = load_workbook(tmp_path / "out.xlsx")

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell.value for cell in cells if str(cell.value).startswith(("=", "+", "-", "@", "\t", "\r"))]
    (number,) = [cell for cell in book["purchases"]["C"] if cell.value == "0001"]
    assert number.data_type == "s"


@pytest.mark.django_db(transaction=True)
def test_a_table_goes_on_in_a_further_sheet_where_one_is_full(tmp_path: Path) -> None:
    for number in range(7):
        factories.customer(full_name=str(number), mailing_address="x" * (number * 10_000))
    with one_moment():
        (tmp_path / "out.xlsx").write_bytes(b"".join(zipped(workbook.files(most_rows=4), huge=False)))
        expected = [row for chunk in chunks_of(table("customers")) for row in chunk]

    rows = list(workbook.Workbook(tmp_path / "out.xlsx").rows("customers"))

    names = [name for name in load_workbook(tmp_path / "out.xlsx").sheetnames if name.startswith("customers")]
    assert names == [f"customers {n}" if n > 1 else "customers" for n in range(1, 7)]
    assert rows == [list(table("customers").header), *expected]


def table(name: str) -> Table:
    return next(each for each in everything() if each.name == name)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["out", "out.zip", "out.xlsx"])
def test_only_the_owner_can_read_what_was_written(name: str, tmp_path: Path) -> None:
    kinds.write(tmp_path / name)

    written = [tmp_path / name, *((tmp_path / name).iterdir() if (tmp_path / name).is_dir() else ())]
    assert not [path for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["out", "out.zip", "out.xlsx"])
def test_an_export_that_fails_leaves_nothing_behind_and_says_which_row_it_was(
    name: str, tmp_path: Path
) -> None:
    key = factories.key()
    RegistrationKey.objects.filter(pk=key.pk).update(sealed=b"damaged")

    with pytest.raises(CommandError, match=f"keys, {key.pk}: its code cannot be opened"):
        call_command("export_everything", tmp_path / name)

    assert list(tmp_path.iterdir()) == []


def test_a_text_with_a_nul_is_not_written() -> None:
    """SQLite would keep one."""
    with pytest.raises(CannotWrite, match="customers, 7: it holds a NUL"):
        as_texts(table("customers"), [(str, [1])], (7, "A\0B"), 7)


@pytest.mark.django_db(transaction=True)
def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_text("mine")

    with pytest.raises(CommandError, match="is there already"):
        call_command("export_everything", tmp_path / "out.zip")

    assert (tmp_path / "out.zip").read_text() == "mine"


@pytest.mark.django_db(transaction=True)
def test_an_export_shows_one_moment_and_lets_others_write() -> None:
    with one_moment():
        begun = list(chunks_of(table("stores")))
        elsewhere(factories.customer)
        seen = list(chunks_of(table("customers")))

    assert begun == seen == []
    assert Customer.objects.count() == 1


def elsewhere(act: Callable[[], object]) -> None:
    """On a connection of its own."""

    def run() -> None:
        act()
        connections.close_all()

    with ThreadPoolExecutor(1) as other:
        other.submit(run).result()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("products", lambda text: text.replace("slug", "slag", 1), "the columns slug are missing"),
        ("products", lambda text: text.replace(",yes", ",maybe", 1), "row 2, column .*: it must be yes or no"),
        ("products", lambda text: text.replace("Tool", "To\0ol"), "row 2, column name: it holds a NUL"),
        ("products", lambda text: text.replace("\r\n", ",x\r\n").replace(",x\r\n", "\r\n", 1), "row 2: it has 1"),
        ("products", lambda text: text + text.splitlines()[1] + "\r\n", "its rows contradict"),
        ("products", lambda text: text.splitlines()[0] + "\r\n", "contradict"),
        ("keys", lambda text: text.replace("CODE-1234", ""), "row 2, column code: it is no code"),
        ("keys", lambda text: text + '"open', "keys.csv cannot be read to its end"),
    ],
    ids=["column", "word", "nul", "ragged", "twice", "unknown", "code", "cut"],
)  # fmt: skip
def test_refuses_a_file_that_is_not_right_and_keeps_nothing_of_it(
    name: str, change: Callable[[str], str], says: str, tmp_path: Path
) -> None:
    edition = factories.edition(of=factories.product(slug="tool", name="Tool"))
    factories.key(edition=edition, code="CODE-1234")
    kinds.write(tmp_path / "out")
    file = tmp_path / "out" / f"{name}.csv"
    with file.open(encoding="utf-8-sig", newline="") as source:
        text = source.read()
    file.write_text(change(text), newline="")
    call_command("flush", interactive=False, verbosity=0)

    with pytest.raises(CommandError, match=f"{says}.* Nothing was imported."):
        call_command("import_everything", tmp_path / "out")

    assert not Store.objects.exists()
    assert not Product.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_refuses_a_database_that_has_something_on_file(tmp_path: Path) -> None:
    kinds.write(tmp_path / "out.zip")
    factories.customer()

    with pytest.raises(CommandError, match="The database has customers already"):
        call_command("import_everything", tmp_path / "out.zip")

    assert Customer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["nothing.zip", "nothing.xlsx", "text.zip", "text.xlsx", "empty"])
def test_refuses_what_is_no_export(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("text")
    (tmp_path / "text.xlsx").write_text("text")
    (tmp_path / "empty").mkdir()

    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_everything", tmp_path / name)


@pytest.mark.django_db(transaction=True)
def test_more_rows_than_are_fetched_at_once_come_once_each_and_in_order(tmp_path: Path) -> None:
    Customer.objects.bulk_create(Customer(full_name=str(number)) for number in range(4_500))
    kinds.write(tmp_path / "out.zip")

    with ZipFile(tmp_path / "out.zip").open("customers.csv") as octets:
        rows = list(csv.DictReader(io.TextIOWrapper(octets, "utf-8-sig", newline="")))

    assert [row["full_name"] for row in rows] == list(
        Customer.objects.order_by("pk").values_list("full_name", flat=True)
    )
    Customer.objects.all().delete()
    assert load(kinds.opened(tmp_path / "out.zip"), now=NOW, told=lambda name, rows: None) == 4_500
