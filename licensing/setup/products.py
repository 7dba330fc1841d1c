"""What the catalogue says of products: their names and their rules for moving. One row may speak for many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from licensing.models import Edition, Product
from licensing.rules import MOST, TERMS, contradictions, rules_of
from licensing.setup.cells import BadCell, whole_number, yes_or_no
from licensing.setup.records import save
from licensing.setup.table import Faults, Row

WINDOW: Final = "exchange_window_days"  # the one rule that can be without a number
YES_OR_NO: Final = ("exchange_allowed", "exchange_needs_approval")
RULES: Final = tuple(TERMS.values())
COLUMN_OF: Final = {"slug": "product", "name": "product_name"}


class Products:
    """The products of one file. Its rows must agree."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.said: dict[str, dict[str, tuple[Any, Row]]] = {}

    def load(self, rows: list[Row]) -> int:
        """How many were made or changed."""
        for row in rows:
            if slug := slug_of(row):
                self.read(row, self.said.setdefault(slug, {}))
        return sum(self.write(slug, said) for slug, said in self.said.items() if said)

    def is_named(self, slug: str) -> bool:
        return "name" in self.said.get(slug, {})

    def read(self, row: Row, said: dict[str, tuple[Any, Row]]) -> None:
        for name, value in self.values(row):
            before, first = said.setdefault(name, (value, row))
            if before != value:
                self.faults.add(row, COLUMN_OF.get(name, name), f"row {first.number} says “{shown(before)}”")

    def values(self, row: Row) -> Iterator[tuple[str, Any]]:
        if name := row.get("product_name"):
            yield "name", name
        for column in (column for column in RULES if row.get(column)):
            try:
                yield column, rule(column, row.get(column))
            except BadCell as problem:
                self.faults.add(row, column, str(problem))
        if is_always(row):
            yield WINDOW, None

    def write(self, slug: str, said: dict[str, tuple[Any, Row]]) -> bool:
        product = Product.objects.filter(slug=slug).first() or Product(slug=slug)
        if product._state.adding and "name" not in said:
            return False  # told at its editions
        first = min((row for _, row in said.values()), key=lambda row: row.number)

        def tell(name: str, reason: str) -> None:
            row = said[name][1] if name in said else first
            self.faults.add(row, COLUMN_OF.get(name, name), reason)

        values = {name: value for name, (value, _) in said.items()}
        return save(product, values, check=lambda changed: nonsense(product, changed), tell=tell)


def slug_of(row: Row) -> str:
    """The product that the row names, or that its edition has."""
    if slug := row.get("product"):
        return slug
    known = Edition.objects.filter(sku=row.get("sku")).values_list("product__slug", flat=True)
    return known.first() or ""


def is_always(row: Row) -> bool:
    """An empty cell means no end, unless the row says nothing of the rules: then another row does."""
    if WINDOW not in row.cells or row.cells[WINDOW]:
        return False
    others = [column for column in RULES if column in row.cells and column != WINDOW]
    return not others or any(row.cells[column] for column in others)


def rule(column: str, cell: str) -> int | bool:
    if column in YES_OR_NO:
        return yes_or_no(cell)
    number = whole_number(cell)
    if number > MOST:
        raise BadCell(f"must be at most {MOST:,}")
    return number


def nonsense(product: Product, changed: set[str]) -> Iterator[tuple[str, str]]:
    """As the console refuses it: rules that contradict each other, where moving is allowed."""
    if product.exchange_allowed and changed & set(RULES):
        for term, words in contradictions(rules_of(product)):
            yield TERMS[term], words


def shown(value: object) -> str:
    words = {None: "always", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
