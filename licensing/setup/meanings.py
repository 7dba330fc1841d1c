"""The mapping as a file: what a store's (product id, variant) means, from which day, one edition a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final, NamedTuple

from django.db import transaction

from licensing.intake.unplaced import place_lines
from licensing.keys.waiting import serve_waiting
from licensing.models import Edition, Mapping, MappingItem, Store
from licensing.setup.table import Faults, Row, read_table
from licensing.setup.unmapped import would_place

COLUMNS: Final = ("product_id", "variant", "name", "edition", "quantity", "from", "until")
LONGEST: Final = 200
MOST_UNITS: Final = 1_000


class Sold(NamedTuple):
    """What the store calls it, and from when on this is said of it (None: from the beginning)."""

    product_ref: str
    variant: str
    valid_from: datetime | None


@dataclass
class Meaning:
    """What the file says of one product: editions by SKU with their quantities, and the rows that say it."""

    row: Row
    until: datetime | None
    says_until: bool
    items: dict[str, tuple[int, int]] = field(default_factory=dict)  # SKU: (quantity, row number)


@dataclass
class Loaded:
    """What became of the file, and of the lines that were sold before anybody had said what they mean."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_open: list[int] = field(default_factory=list)
    placed: int = 0
    served: int = 0


def load_mapping(
    path: Path, *, store: Store, encoding: str = "", dry_run: bool = False, now: datetime
) -> Loaded:
    """Set what the file says of each product, then place the kept lines that have a meaning now.

    What the file says of (product id, variant, from) replaces what was said; products that it does not name, or names
    without an edition, stay as they are, and so do licenses that were made before. All or nothing: raises
    `FileRefused` or, naming every wrong row, `TableRefused`.
    """
    faults, loaded = Faults(), Loaded()
    rows = read_table(path, needed=("product_id", "edition"), known=COLUMNS, encoding=encoding, faults=faults)
    with transaction.atomic():
        meanings = Reading(faults, loaded).run(rows)
        faults.refuse()
        for sold, meaning in meanings.items():
            say(store, sold, meaning, loaded)
        if dry_run:
            loaded.placed = would_place(store)
            transaction.set_rollback(True)
    if not dry_run:
        loaded.placed, loaded.served = place_lines(store, now=now), serve_waiting(now=now)
    return loaded


class Reading:
    """From rows to meanings, with every fault on the way."""

    def __init__(self, faults: Faults, loaded: Loaded) -> None:
        self.faults = faults
        self.loaded = loaded
        self.skus = set(Edition.objects.values_list("sku", flat=True))
        self.meanings: dict[Sold, Meaning] = {}

    def run(self, rows: Iterable[Row]) -> dict[Sold, Meaning]:
        for row in rows:
            if row.get("edition"):
                self.take(row)
            else:
                self.loaded.left_open.append(row.number)
        return self.meanings

    def take(self, row: Row) -> None:
        before = len(self.faults.found)
        sold = Sold(self.named(row, "product_id"), self.named(row, "variant"), self.moment(row, "from"))
        until, quantity = self.moment(row, "until"), self.quantity(row)
        if not sold.product_ref:
            self.faults.add(row, "product_id", "is empty")
        if row.get("edition") not in self.skus:
            self.faults.add(row, "edition", f"there is no edition with the SKU “{row.get('edition')}”")
        if sold.valid_from and until and until <= sold.valid_from:
            self.faults.add(row, "until", "must be later than “from”")
        if len(self.faults.found) == before:
            self.add(row, sold, until, quantity)

    def add(self, row: Row, sold: Sold, until: datetime | None, quantity: int) -> None:
        meaning = self.meanings.setdefault(sold, Meaning(row, until, "until" in row.cells))
        if meaning.until != until:
            self.faults.add(row, "until", f"row {meaning.row.number} says something else for this product")
        if earlier := meaning.items.get(row.get("edition")):
            self.faults.add(row, "edition", f"stands in row {earlier[1]} already for this product")
        meaning.items.setdefault(row.get("edition"), (quantity, row.number))

    def named(self, row: Row, column: str) -> str:
        if len(row.get(column)) > LONGEST:
            self.faults.add(row, column, f"is longer than {LONGEST} characters")
        return row.get(column)

    def quantity(self, row: Row) -> int:
        word = row.get("quantity") or "1"
        if word.isascii() and word.isdigit() and 1 <= int(word[:9]) <= MOST_UNITS:
            return int(word[:9])
        self.faults.add(row, "quantity", f"must be a whole number from 1 to {MOST_UNITS}")
        return 1

    def moment(self, row: Row, column: str) -> datetime | None:
        word = row.get(column)
        if not word:
            return None
        try:
            said = datetime.fromisoformat(word)
            return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.faults.add(row, column, "must be a date such as 2024-05-31; it begins at 00:00 UTC")
            return None


def say(store: Store, sold: Sold, meaning: Meaning, loaded: Loaded) -> None:
    """Make the mapping, or bring it to what the file says."""
    mapping, made = Mapping.objects.get_or_create(
        store=store,
        product_ref=sold.product_ref,
        variant=sold.variant,
        valid_from=sold.valid_from,
        defaults={"valid_until": meaning.until},
    )
    changed = has_new_end(mapping, meaning)
    if changed:
        mapping.valid_until = meaning.until
        mapping.save(update_fields=["valid_until"])
    changed = set_items(mapping, {sku: quantity for sku, (quantity, _) in meaning.items.items()}) or changed
    loaded.new += made
    loaded.changed += changed and not made
    loaded.unchanged += not changed and not made


def has_new_end(mapping: Mapping, meaning: Meaning) -> bool:
    return meaning.says_until and mapping.valid_until != meaning.until


def set_items(mapping: Mapping, wanted: dict[str, int]) -> bool:
    """Make the mapping hand out just these; whether that changed anything."""
    if dict(mapping.items.values_list("edition__sku", "quantity")) == wanted:
        return False
    mapping.items.all().delete()
    editions = Edition.objects.in_bulk(wanted, field_name="sku")
    MappingItem.objects.bulk_create(
        MappingItem(mapping=mapping, edition=editions[sku], quantity=quantity)
        for sku, quantity in wanted.items()
    )
    return True


def mapping_rows(store: Store) -> Iterator[tuple[str, ...]]:
    """What is said of the store's products, as rows of the file."""
    items = MappingItem.objects.filter(mapping__store=store).select_related("mapping", "edition")
    for item in items.order_by(
        "mapping__product_ref", "mapping__variant", "mapping__valid_from", "edition__sku"
    ):
        of = item.mapping
        dates = (day(of.valid_from), day(of.valid_until))
        yield of.product_ref, of.variant, "", item.edition.sku, str(item.quantity), *dates


def day(moment: datetime | None) -> str:
    """As the file says it: a date where it is the beginning of one in UTC."""
    if moment is None:
        return ""
    told = moment.astimezone(UTC)
    return told.date().isoformat() if told.time() == time() else told.isoformat()
