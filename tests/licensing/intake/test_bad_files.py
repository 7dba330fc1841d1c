"""Files that cannot be read to their end: one line says what and where, and nothing of them is applied."""

import os
from pathlib import Path

import pytest

from licensing.intake import files
from licensing.intake.encoding import FileRefused
from licensing.models import ImportRow, ImportRun, ImportState, Purchase
from tests.licensing.intake.sales import Cells, imported, order, sales_file, text_of

pytestmark = pytest.mark.django_db


def refusal(path: Path, **options: str) -> str:
    """The line that the import of this file ends with; nothing may have been kept of it."""
    with pytest.raises(FileRefused) as refused:
        imported(path, **options)  # type: ignore[arg-type]  # only ever an encoding
    assert "\n" not in str(refused.value)
    assert not Purchase.objects.exists()
    assert not ImportRow.objects.exists()
    assert ImportRun.objects.get().state == ImportState.FAILED
    return str(refused.value)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_missing(tmp_path: Path) -> None:
    assert "nothing.csv cannot be opened: No such file" in refusal(tmp_path / "nothing.csv")


def test_a_folder(tmp_path: Path) -> None:
    assert "cannot be opened: Is a directory" in refusal(tmp_path)


def test_empty(tmp_path: Path) -> None:
    assert "is empty" in refusal(written(tmp_path / "sales.csv", b""))


def test_only_empty_lines(tmp_path: Path) -> None:
    assert "not a Gumroad sales export" in refusal(written(tmp_path / "sales.csv", b"\n\n\n"))


def test_binary(tmp_path: Path) -> None:
    assert "not a text file" in refusal(written(tmp_path / "sales.csv", b"\x7fELF\x02\x01\x01\x00\x00\x01"))


def test_binary_after_a_first_line_of_text(tmp_path: Path) -> None:
    content = b"%PDF-1.4\n" + bytes(range(256)) * 20

    assert "not a text file" in refusal(written(tmp_path / "sales.pdf", content))


def test_a_spreadsheet(tmp_path: Path) -> None:
    assert "save it as CSV" in refusal(written(tmp_path / "sales.xlsx", b"PK\x03\x04\x14\x00\x06\x00"))


def test_another_shops_columns(tmp_path: Path) -> None:
    line = refusal(written(tmp_path / "edd.csv", b"Order ID,Email,Customer Name\n1,a@example.com,A\n"))

    assert "edd.csv is not a Gumroad sales export: its first row has no column 'Purchase ID'" in line


def test_wrong_encoding_says_where_and_what_to_do(tmp_path: Path) -> None:
    rows = [order(), order(), order(Buyer_Name="José")]

    line = refusal(sales_file(tmp_path, *rows, encoding="windows-1252"))

    assert "not UTF-8" in line
    assert "--encoding windows-1252" in line


def test_an_encoding_that_does_not_exist(tmp_path: Path) -> None:
    assert "no text encoding 'klingon'" in refusal(sales_file(tmp_path, order()), encoding="klingon")


def test_an_encoding_that_is_none_of_text(tmp_path: Path) -> None:
    assert "no text encoding 'rot13'" in refusal(sales_file(tmp_path, order()), encoding="rot13")


def test_cut_between_rows(tmp_path: Path) -> None:
    line = refusal(sales_file(tmp_path, order(), order(), closed=False))

    assert "was cut: it ends after row 3" in line
    assert "the one that begins with “Totals”" in line


def test_cut_inside_a_row(tmp_path: Path) -> None:
    whole = text_of(order(), order())

    assert "was cut" in refusal(written(tmp_path / "sales.csv", whole[: whole.index("sale") + 40].encode()))


def test_cut_inside_a_quoted_cell(tmp_path: Path) -> None:
    whole = text_of(order(), order(Buyer_Name="Rosa\nLind"))

    assert "ends inside a quoted cell" in refusal(
        written(tmp_path / "sales.csv", whole[: whole.index("Lind")].encode())
    )


def test_cut_inside_a_character(tmp_path: Path) -> None:
    whole = text_of(order(Buyer_Name="陽菜")).encode()

    assert "not UTF-8" in refusal(written(tmp_path / "sales.csv", whole[: whole.index("菜".encode()) + 1]))


def test_rows_after_the_closing_one(tmp_path: Path) -> None:
    doubled = text_of(order()) + text_of(order())

    assert "row 4: there are rows after the closing one" in refusal(
        written(tmp_path / "sales.csv", doubled.encode())
    )


def test_quotes_out_of_place(tmp_path: Path) -> None:
    broken = text_of(order(Buyer_Name="NAME")).replace("NAME", '"Kip"x')

    assert "cannot be read as CSV" in refusal(written(tmp_path / "sales.csv", broken.encode()))


def test_a_cell_beyond_all_measure(tmp_path: Path) -> None:
    assert "after row 2" in refusal(sales_file(tmp_path, order(), order(Buyer_Name="x" * 200_000)))


def test_two_gigabytes(tmp_path: Path) -> None:
    path = sales_file(tmp_path, order())
    os.truncate(path, 2_000_000_000)  # sparse: takes no room on the disk

    assert "has 2.0 GB, more than the 1 GB" in refusal(path)


def test_more_rows_than_are_taken_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 3)

    assert "more than the 3 rows" in refusal(sales_file(tmp_path, order(), order(), order()))


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_files_are_recognised(tmp_path: Path, name: str) -> None:
    run = imported(sales_file(tmp_path, order(Buyer_Name="陽菜 José"), encoding=name))

    assert run.outcomes == {"new": 1}
    assert Purchase.objects.get().buyer.full_name == "陽菜 José"  # type: ignore[union-attr]


def test_other_encodings_are_read_when_named(tmp_path: Path) -> None:
    path = sales_file(tmp_path, order(Buyer_Name="Jürgen"), encoding="windows-1252")

    imported(path, encoding="windows-1252")

    assert Purchase.objects.get().buyer.full_name == "Jürgen"  # type: ignore[union-attr]


def rejection(tmp_path: Path, *rows: Cells, content: bytes = b"") -> tuple[int, str, str]:
    path = written(tmp_path / "sales.csv", content) if content else sales_file(tmp_path, *rows)
    run = imported(path)
    assert run.outcomes == {"new": 1, "rejected": 1}
    row = run.staged.get()
    return row.number, row.column, row.reason


def test_a_row_with_a_nul_is_rejected_and_the_others_are_not(tmp_path: Path) -> None:
    number, column, reason = rejection(tmp_path, order(), order(Buyer_Name="A\0B"))

    assert (number, column, reason) == (3, "Buyer Name", "has a NUL character")


def test_a_row_with_too_few_cells_is_rejected(tmp_path: Path) -> None:
    lines = text_of(order(), order()).splitlines(keepends=True)
    lines[1] = "sale9==,Clip Cutter\n"

    assert rejection(tmp_path, content="".join(lines).encode()) == (
        2,
        "",
        "has 2 cells where the first row has 66",
    )


def test_a_row_with_a_bad_address_is_rejected(tmp_path: Path) -> None:
    number, column, _ = rejection(tmp_path, order(), order("not an address"))

    assert (number, column) == (3, "Purchase Email")


def test_row_numbers_count_rows_not_lines(tmp_path: Path) -> None:
    number, _, _ = rejection(tmp_path, order(Buyer_Name="Rosa\nLind"), order("bad"))

    assert number == 3
