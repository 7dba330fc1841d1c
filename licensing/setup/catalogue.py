"""The catalogue as a file: one edition a row, and its product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Model, Q

from licensing.keys.code import FORMS
from licensing.models import Edition, KeyState, Platform, Product
from licensing.setup.table import Faults, Row, read_table

COLUMNS: Final = (
    "sku", "product", "product_name", "version", "platform",
    "download_url", "activation_help", "normalisation", "shared_code",
)  # fmt: skip
FIELD_OF: Final = {"normalisation": "code_form"}  # where the column has a plainer word than the model
PLAIN: Final[tuple[str, ...]] = ("version", "platform", "download_url", "activation_help", "normalisation")
CHOICES: Final[dict[str, tuple[str, ...]]] = {"platform": tuple(Platform.values), "normalisation": FORMS}
SHARED: Final = {"yes": True, "no": False, "": False}


@dataclass
class Loaded:
    """How many editions the file made, changed, and found as they were."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


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
        self.names: dict[str, tuple[str, int]] = {}
        self.loaded = Loaded()

    def run(self, rows: list[Row]) -> Loaded:
        self.products(rows)
        for row in rows:
            if not row.get("sku"):
                self.faults.add(row, "sku", "is empty")
            elif earlier := self.rows.get(row.get("sku")):
                self.faults.add(row, "sku", f"stands in row {earlier} already")
            else:
                self.rows[row.get("sku")] = row.number
                self.edition(row)
        return self.loaded

    def products(self, rows: list[Row]) -> None:
        """Names come first: one row in the file may name the product of many."""
        for row in rows:
            slug, name = row.get("product"), row.get("product_name")
            if not slug or not name:
                continue
            said, number = self.names.setdefault(slug, (name, row.number))
            if said != name:
                self.faults.add(row, "product_name", f"row {number} says “{said}”")
            elif number == row.number:
                product = Product.objects.filter(slug=slug).first() or Product(slug=slug)
                self.save(product, {"name": name}, row, {"slug": "product", "name": "product_name"})

    def edition(self, row: Row) -> None:
        edition = Edition.objects.filter(sku=row.get("sku")).first()
        known = edition is not None
        edition = edition or Edition(sku=row.get("sku"))
        before = len(self.faults.found)
        values = {
            **self.product_of(row, known),
            **self.plain(row, edition, known),
            **self.shared(row, edition),
        }
        if len(self.faults.found) == before:
            changed = self.save(edition, values, row, {"sku": "sku", "code_form": "normalisation"})
            self.count(known=known, changed=changed)

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
        if product is None and slug not in self.names:
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
            if values.get(column) and values[column] not in allowed:
                self.faults.add(row, column, f'"{values[column]}" is none of {", ".join(allowed)}')
        return {FIELD_OF.get(column, column): value for column, value in values.items()}

    def keep_form(self, row: Row, edition: Edition, form: str) -> None:
        """Codes are filed under the fingerprint of their normal form: under another, none would be found again."""
        if form != edition.code_form and not edition._state.adding and edition.keys.exists():
            reason = f"cannot change any more: codes are filed under “{edition.code_form}”"
            self.faults.add(row, "normalisation", reason)

    def shared(self, row: Row, edition: Edition) -> dict[str, Any]:
        if "shared_code" not in row.cells:
            return {}
        word = row.get("shared_code").lower()
        if word not in SHARED:
            self.faults.add(row, "shared_code", "must be yes or no")
            return {}
        return {"key_source_options": {**edition.key_source_options, "shared": SHARED[word]}}

    def save(self, record: Model, values: dict[str, Any], row: Row, columns: dict[str, str]) -> bool:
        """Write what differs, if the model takes it; whether anything did."""
        changes = {name: value for name, value in values.items() if differs(record, name, value)}
        if not changes and not record._state.adding:
            return False
        for name, value in changes.items():
            setattr(record, name, value)
        try:
            record.full_clean()
        except ValidationError as error:
            for column, reason in reasons(error, record):
                self.faults.add(row, columns.get(column, column), reason)
            return False
        record.save()
        return True


def differs(record: Model, name: str, value: object) -> bool:
    if name == "product":
        return bool(getattr(record, "product_id", None) != getattr(value, "pk", None))
    return bool(getattr(record, name) != value)


def reasons(error: ValidationError, record: Model) -> Iterator[tuple[str, str]]:
    """What the model says, by field. Its words for the one rule over several fields name no row, so ours do."""
    for name, messages in error.message_dict.items():
        for message in messages:
            yield (name, message) if name != "__all__" else ("", taken(record) or message)


def taken(record: Model) -> str:
    if not isinstance(record, Edition):
        return ""
    same = Edition.objects.filter(
        product=record.product_id, version=record.version, platform=record.platform
    ).exclude(pk=record.pk)
    other = same.values_list("sku", flat=True).first()
    return f"another edition is that product, version and platform already: {other}" if other else ""


def catalogue_rows() -> Iterator[tuple[str, ...]]:
    """Every edition as a row of the file."""
    for edition in Edition.objects.select_related("product").order_by("product__slug", "sku"):
        yield (
            edition.sku, edition.product.slug, edition.product.name, edition.version, edition.platform,
            edition.download_url, edition.activation_help, edition.code_form,
            "yes" if edition.key_source_options.get("shared") else "no",
        )  # fmt: skip


def editions_with_pool() -> Iterator[tuple[Edition, int]]:
    """Every edition with the number of codes that wait in its pool."""
    waiting = Count("keys", filter=Q(keys__state=KeyState.POOL))
    counted = Edition.objects.select_related("product").annotate(waiting=waiting)
    for edition in counted.order_by("product__slug", "sku"):
        yield edition, edition.waiting
