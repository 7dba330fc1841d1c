"""The catalogue as a file: one edition a row, and its product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from licensing.keys.code import FORMS
from licensing.keys.sources.options import OPTIONS, check_options
from licensing.models import Edition, KeySource, Platform, Product
from licensing.setup.cells import BadCell, options, whole_number, yes_or_no
from licensing.setup.products import RULES, Products
from licensing.setup.records import save
from licensing.setup.shown import is_shared, own_options
from licensing.setup.table import Faults, Row, read_table

COLUMNS: Final = (
    "sku", "product", "product_name", "version", "platform",
    "download_url", "activation_help", "normalisation", "shared_code",
    "key_source", OPTIONS, "low_stock_level", "checks_retired_list", "exchange_line", *RULES,
)  # fmt: skip
FIELD_OF: Final = {"normalisation": "code_form"}  # where the column has a plainer word than the model
COLUMN_OF: Final = {field: column for column, field in FIELD_OF.items()}
PLAIN: Final = ("version", "platform", "download_url", "activation_help", "normalisation", "exchange_line")
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "platform": tuple(Platform.values),
    "normalisation": FORMS,
    "key_source": tuple(KeySource.values),
}
KEPT: Final[dict[str, Callable[[str], Any]]] = {  # as they are where the cell is empty
    "key_source": str,
    "low_stock_level": whole_number,
    "checks_retired_list": yes_or_no,
}
SOURCE: Final = frozenset({"key_source", OPTIONS, "code_form"})


@dataclass
class Loaded:
    """How many editions the file made, changed, and found as they were; and products made or changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    products: int = 0


def load_catalogue(path: Path, *, encoding: str = "", dry_run: bool = False) -> Loaded:
    """Make and change products and editions as the file says; what it does not name stays as it is.

    A column that the file has not is left alone. All or nothing: raises `FileRefused` or, naming every wrong row,
    `TableRefused`.
    """
    faults = Faults()
    rows = read_table(path, needed=("sku",), known=COLUMNS, encoding=encoding, faults=faults)
    with transaction.atomic():
        loaded = Loading(faults).run(rows)
        faults.refuse()
        transaction.set_rollback(dry_run)
    return loaded


class Loading:
    """One file on its way in: what each row made, and which rows said what before."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.rows: dict[str, int] = {}
        self.products = Products(faults)
        self.loaded = Loaded()

    def run(self, rows: list[Row]) -> Loaded:
        self.loaded.products = self.products.load(rows)
        for row in rows:
            if not row.get("sku"):
                self.faults.add(row, "sku", "is empty")
            elif earlier := self.rows.get(row.get("sku")):
                self.faults.add(row, "sku", f"stands in row {earlier} already")
            else:
                self.rows[row.get("sku")] = row.number
                self.edition(row)
        return self.loaded

    def edition(self, row: Row) -> None:
        edition = Edition.objects.filter(sku=row.get("sku")).first()
        known = edition is not None
        edition = edition or Edition(sku=row.get("sku"))
        before = len(self.faults.found)
        values = {
            **self.product_of(row, known),
            **self.plain(row, edition, known),
            **self.kept(row),
            **self.options(row, edition),
        }
        if len(self.faults.found) == before:
            self.count(known=known, changed=self.save(row, edition, values))

    def save(self, row: Row, edition: Edition, values: dict[str, Any]) -> bool:
        def tell(name: str, reason: str) -> None:
            self.faults.add(row, COLUMN_OF.get(name, name), reason)

        return save(edition, values, check=lambda changed: source_faults(edition, changed), tell=tell)

    def count(self, *, known: bool, changed: bool) -> None:
        self.loaded.new += not known
        self.loaded.changed += known and changed
        self.loaded.unchanged += known and not changed

    def product_of(self, row: Row, known: bool) -> dict[str, Any]:
        slug = row.get("product")
        if not slug:
            if "product" in row.cells or not known:
                self.faults.add(row, "product", "is empty" if known else "is needed for a new edition")
            return {}
        product = Product.objects.filter(slug=slug).first()
        if product is None and not self.products.is_named(slug):
            self.faults.add(row, "product_name", f"is needed, since there is no product “{slug}” yet")
        return {"product": product} if product else {}

    def plain(self, row: Row, edition: Edition, known: bool) -> dict[str, Any]:
        if not known and not row.get("platform"):
            self.faults.add(row, "platform", "is needed for a new edition")
        values = {column: row.cells[column] for column in PLAIN if column in row.cells}
        if "normalisation" in values:
            values["normalisation"] = values["normalisation"] or FORMS[0]
            self.keep_form(row, edition, values["normalisation"])
        for column, allowed in CHOICES.items():
            if (cell := row.get(column)) and cell not in allowed:
                self.faults.add(row, column, f'"{cell}" is none of {", ".join(allowed)}')
        return {FIELD_OF.get(column, column): value for column, value in values.items()}

    def keep_form(self, row: Row, edition: Edition, form: str) -> None:
        """Codes are filed under the fingerprint of their normal form: under another, none would be found again."""
        if form != edition.code_form and not edition._state.adding and edition.keys.exists():
            reason = f"cannot change any more: codes are filed under “{edition.code_form}”"
            self.faults.add(row, "normalisation", reason)

    def kept(self, row: Row) -> dict[str, Any]:
        filled = [column for column in KEPT if row.get(column)]
        return {column: self.cell(row, column, KEPT[column]) for column in filled}

    def cell(self, row: Row, column: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(row.get(column))
        except BadCell as problem:
            self.faults.add(row, column, str(problem))
            return None

    def options(self, row: Row, edition: Edition) -> dict[str, Any]:
        """Those of the source with `shared`, which only stands there where it is so: most sources do not know it."""
        shared, own = is_shared(edition), own_options(edition)
        if "shared_code" in row.cells:
            shared = bool(row.get("shared_code") and self.cell(row, "shared_code", yes_or_no))
        if OPTIONS in row.cells:
            own = self.cell(row, OPTIONS, options) or {}
            if "shared" in own:
                self.faults.add(row, OPTIONS, "“shared” has a column of its own: shared_code")
        is_same = shared == is_shared(edition) and own == own_options(edition)
        if is_same and row.get("key_source") in ("", edition.key_source):
            return {}
        return {OPTIONS: {**own, "shared": True} if shared else own}


def source_faults(edition: Edition, changed: set[str]) -> Iterator[tuple[str, str]]:
    """As the console refuses it: a source that could make no key as it is set up."""
    if not changed & SOURCE:
        return
    try:
        check_options(edition)
    except ValidationError as problem:
        for name, messages in problem.message_dict.items():
            yield from ((name, message) for message in messages)
