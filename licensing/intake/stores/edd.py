"""Easy Digital Downloads' orders export, after its own code (`EDD\\Admin\\Exports\\Exporters\\Orders`, version 3).

Decided here, since the file does not say it:

- The order's reference is `Order ID`; `Order Number` (if the vendor numbers orders), `Transaction ID` and `Purchase
  Key` are further references. The purchase key is no registration code: it opens the receipt. Codes are in no column.
- The file has no product's id: its title is the product, and its price option's number the variant.
- `Products (Raw)` is `title|price{tax}{option}`, joined by " / ". Titles may hold any of these signs: an item ends
  where price, tax and option stand before " / " or the end. How many of each were sold stands in `Products (Verbose)`
  only, as "title (2) - "; where that cannot be found, one. A product that stands there twice is sold twice.
- The file's writer turns '"' into "'", and puts a backslash before every "'" and backslash, also in addresses: that
  is taken back. So is the apostrophe before names that begin like a formula.
- `Status` is not translated. Revoked takes everything back, as a refund does. A renewal ("edd_subscription") is a
  paid order of its own, since the file does not say of what.
- A part that was refunded is so many units when the order has one line and the amount pays exactly these; otherwise
  it is money back that takes no unit.
- Labels are translated: only a file in English is known by its columns. For others there is the column mapper.
- The columns of the licensing add-on's export are not public, and it sends no notifications of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from licensing.intake.record import Party, Payment, PurchaseRecord, Refund, RowRejected, SoldLine
from licensing.intake.shop import Shop
from licensing.intake.stores import cells
from licensing.intake.stores.amounts import units_of

MOST_UNITS: Final = 10_000
RAW: Final = "Products (Raw)"
VERBOSE: Final = "Products (Verbose)"
MODE: Final = "Mode (Live|Test)"
NEEDED: Final = (
    "Order ID", "Email", "Customer Name", "Address", "Address (Line 2)", "City", "State", "Country",
    "Postal / ZIP Code", VERBOSE, RAW, "Amount", "Refunded", "Transaction ID", "Purchase Key", "Date", MODE, "Status",
)  # fmt: skip
FURTHER: Final = {"Order Number": "number", "Transaction ID": "transaction", "Purchase Key": "purchase_key"}
PAID: Final = frozenset({"complete", "publish", "partially_refunded", "edd_subscription"})
TAKEN_BACK: Final = frozenset({"refunded", "revoked"})
UNPAID: Final = frozenset(
    {"pending", "processing", "failed", "abandoned", "on_hold", "preapproval", "cancelled", "inherit"}
)
_ITEM: Final = re.compile(
    r"(?P<title>.*?)\|-?\d*(?:\.\d+)?\{-?\d*(?:\.\d+)?\}(?:\{(?P<option>\d*)\})?(?: / |$)", re.DOTALL
)
_QUANTITY: Final = re.compile(r" \((\d{1,5})\) - ")
_AMOUNT: Final = re.compile(r"[^\d.,-]*(\d[\d.,\s'\u2019]*?)(?:[.,]([0-9]{1,2}))?[^\d.,-]*")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


class Item(NamedTuple):
    title: str
    option: str


class EddExport:
    title: str = "Easy Digital Downloads orders export"
    needed: Sequence[str] = NEEDED
    unscrubbed: Sequence[str] = ("Order ID", *FURTHER)
    closed: bool = False

    def reader(self, header: Sequence[str]) -> Callable[[Sequence[str]], PurchaseRecord]:
        return EddRow(header).read

    def is_last(self, cells: Sequence[str]) -> bool:
        return False


class EddRow:
    """Where each column stands in this file, and what a row of it says."""

    def __init__(self, header: Sequence[str]) -> None:
        self.place = {name: place for place, name in enumerate(header)}

    def cell(self, row: Sequence[str], name: str) -> str:
        return unescaped(row[self.place[name]]) if name in self.place else ""

    def read(self, row: Sequence[str]) -> PurchaseRecord:
        date, _, time = self.cell(row, "Date").strip().partition(" ")
        lines = self.lines(row)
        return PurchaseRecord(
            reference=cells.required(self.cell(row, "Order ID"), 200, "Order ID"),
            ordered_at=cells.moment(date, time, "Date"),
            buyer=self.buyer(row),
            lines=lines,
            payment=self.payment(row, lines),
            references=tuple(self.references(row)),
            test=self.is_test(row),
        )

    def buyer(self, row: Sequence[str]) -> Party:
        names = ("Address", "Address (Line 2)", "City", "Postal / ZIP Code", "State", "Country")
        places = [cells.text(self.cell(row, name)) for name in names]
        return Party(
            email=cells.address(self.cell(row, "Email"), "Email"),
            name=cells.text(unguarded(self.cell(row, "Customer Name")))[:300],
            mailing_address="\n".join([place for place in places if place])[:2000],
        )

    def lines(self, row: Sequence[str]) -> tuple[SoldLine, ...]:
        items = items_of(self.cell(row, RAW))
        sold: dict[Item, int] = {}
        for item, quantity in zip(items, quantities(items, self.cell(row, VERBOSE)), strict=True):
            sold[item] = sold.get(item, 0) + quantity
        if max(sold.values()) > MOST_UNITS:
            raise RowRejected(VERBOSE, f"has more than {MOST_UNITS:,} of one product")
        return tuple(line_of(item, quantity) for item, quantity in sold.items())

    def payment(self, row: Sequence[str], lines: Sequence[SoldLine]) -> Payment:
        status = self.cell(row, "Status").strip().lower()
        if status not in PAID | TAKEN_BACK | UNPAID:
            raise RowRejected("Status", "is none that Easy Digital Downloads has")
        back = self.amount(row, "Refunded")
        part = status in PAID and (status == "partially_refunded" or back > 0)
        return Payment(
            paid=status not in UNPAID,
            refunded=status in TAKEN_BACK,
            refunds=(self.part(row, back, lines),) if part else (),
        )

    def part(self, row: Sequence[str], back: Decimal, lines: Sequence[SoldLine]) -> Refund:
        paid = self.amount(row, "Amount")
        if len(lines) != 1 or back > paid:
            return Refund(0)
        return Refund(units_of(back, price=paid, quantity=lines[0].quantity))

    def amount(self, row: Sequence[str], column: str) -> Decimal:
        """With a point or a comma before its cents, as the vendor's language has it."""
        match = _AMOUNT.fullmatch(cells.within(self.cell(row, column), 60, column) or "0")
        digits = "".join(filter(str.isdecimal, match[1])) if match else ""
        if not match or not digits.isascii() or len(digits) > 12:
            raise RowRejected(column, "is not an amount")
        return Decimal(f"{digits}.{match[2] or '0'}")

    def references(self, row: Sequence[str]) -> Iterator[tuple[str, str]]:
        for column, kind in FURTHER.items():
            if value := cells.within(self.cell(row, column), 200, column):
                yield kind, value

    def is_test(self, row: Sequence[str]) -> bool:
        mode = self.cell(row, MODE).strip().lower()
        if mode not in ("live", "test"):
            raise RowRejected(MODE, "must be live or test")
        return mode == "test"


def items_of(cell: str) -> list[Item]:
    """The products of `Products (Raw)`, one for each item of the order."""
    found, place, text = [], 0, unguarded(cell.strip())
    while place < len(text) and (match := _ITEM.match(text, place)):
        found.append(Item(match["title"], match["option"] or ""))
        place = match.end()
    if not found or place < len(text):
        raise RowRejected(RAW, "is not a list of products as Easy Digital Downloads writes it")
    return found


def quantities(items: Sequence[Item], cell: str) -> list[int]:
    """How many of each item, by what stands behind its title in `Products (Verbose)`."""
    text, place, found = unguarded(cell.strip()), 0, []
    for item in items:
        begins = text.find(item.title, place)
        match = _QUANTITY.match(text, begins + len(item.title)) if begins >= 0 else None
        found.append(max(1, int(match[1])) if match else 1)
        place = begins + len(item.title) if begins >= 0 else place
    return found


def line_of(item: Item, quantity: int) -> SoldLine:
    return SoldLine(
        product_ref=cells.required(item.title, 200, RAW),
        variant=item.option,
        name=cells.text(item.title)[:300],
        quantity=quantity,
    )


def unescaped(cell: str) -> str:
    """Without the backslashes that PHP's `addslashes` puts before "'", '"' and backslashes; "\\0" was a NUL."""
    return _ESCAPED.sub(lambda found: found[1].replace("0", ""), cell) if "\\" in cell else cell


def unguarded(cell: str) -> str:
    """Without the apostrophe that keeps spreadsheets from taking the cell for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("+", "-", "=", "@") else cell


EXPORT = EddExport()


class EasyDigitalDownloads(Shop):
    title = "Easy Digital Downloads"
    exports = (EXPORT,)


SHOP = EasyDigitalDownloads()
