"""Sales files as Gumroad writes them, one order a row."""

import csv
import io
from itertools import count
from pathlib import Path

from demo.sample_sales import COLUMNS
from licensing.intake.run import import_file
from licensing.models import ImportRun, Store
from tests import factories

Cells = dict[str, object]

_numbers = count(1)

TOTALS: Cells = {"Purchase ID": "Totals", "Sale Price ($)": "99.0"}


def order(email: str = "anna@example.com", **cells: object) -> Cells:
    """One paid order of one Windows copy; `cells` replace what a column says (`License_Key` is "License Key")."""
    number = next(_numbers)
    said: Cells = {
        "Purchase ID": f"sale{number}==",
        "Item Name": "Clip Cutter",
        "Buyer Name": "Anna Example",
        "Purchase Email": email,
        "Buyer Email": email,
        "Do not contact?": "0",
        "Purchase Date": "2024-03-01",
        "Purchase Time (UTC timezone)": "10:00:00",
        "Sale Price ($)": "39.0",
        "Refunded?": "0",
        "Partial Refund ($)": "0.0",
        "Fully Refunded?": "0",
        "Disputed?": "0",
        "Dispute Won?": "0",
        "Variants": "(Windows)",
        "Product ID": "clipcutter",
        "Order Number": 700_000 + number,
        "Quantity": "1",
        "License Key": f"KEY{number:05}-AAAA-BBBB-CCCC",
    }
    return said | {column.replace("_", " "): value for column, value in cells.items()}


def text_of(*rows: Cells, closed: bool = True, columns: tuple[str, ...] = tuple(COLUMNS)) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows([*rows, TOTALS] if closed else rows)
    return out.getvalue()


def sales_file(
    folder: Path, *rows: Cells, encoding: str = "utf-8", name: str = "sales.csv", closed: bool = True
) -> Path:
    path = folder / name
    path.write_bytes(text_of(*rows, closed=closed).encode(encoding))
    return path


def imported(
    path: Path,
    *,
    store: Store | None = None,
    editions: bool = True,
    encoding: str = "",
    dry_run: bool = False,
) -> ImportRun:
    return import_file(
        path,
        store=store or factories.store(),
        encoding=encoding,
        dry_run=dry_run,
        with_editions=editions,
        reading=lambda done, of: None,
        applying=lambda done, of: None,
    )
