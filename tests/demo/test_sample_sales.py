import csv
import io
from pathlib import Path

from demo.sample_sales import COLUMNS, write
from licensing.intake.stores.gumroad import NEEDED

SAMPLE = Path(__file__).parents[2] / "demo" / "sample-sales.csv"


def written(**options: int) -> str:
    out = io.StringIO()
    write(out, **options)
    return out.getvalue()


def test_the_committed_sample_is_what_the_generator_writes() -> None:
    assert SAMPLE.read_bytes().decode() == written()


def test_the_sample_stays_small() -> None:
    assert SAMPLE.stat().st_size < 150_000


def test_another_seed_gives_another_shop() -> None:
    assert written(rows=5, seed=1) != written(rows=5, seed=2)


def test_it_has_the_columns_that_the_reader_needs() -> None:
    assert set(NEEDED) <= set(COLUMNS)


def test_every_address_is_on_a_domain_reserved_for_examples() -> None:
    rows = list(csv.DictReader(io.StringIO(written())))
    columns = ("Purchase Email", "Buyer Email", "Giftee Email")
    found = [row[column].strip().lower() for row in rows for column in columns if row[column].strip()]

    endings = (".example", "example.com", "example.org", "example.net")

    assert found
    assert all(address.endswith(endings) for address in found)


def test_the_mess_is_all_there() -> None:
    rows = list(csv.DictReader(io.StringIO(written())))[:-1]

    assert {row["Variants"] for row in rows} == {"(Windows)", "(Mac)", ""}
    for column in ("Refunded?", "Disputed?", "Dispute Won?"):
        assert any(row[column] == "1" for row in rows), column
    assert any(row["Giftee Email"] for row in rows)
    assert any(not row["License Key"] for row in rows)
    assert any(row["License Key"] and row["Quantity"] == "5" for row in rows)
    assert any(row["Partial Refund ($)"] not in ("0.0", "") for row in rows)
    assert any("\n" in row["Buyer Name"] for row in rows)
    assert any(row["Buyer Name"].startswith(("=", "+", "@", "-")) for row in rows)
    assert any(row["Purchase Email"] != row["Purchase Email"].strip() for row in rows)
