"""The key files of WooCommerce's two license managers: License Manager for WooCommerce (`includes/Export.php`) and
Digital License Manager. Neither has an address: each row is joined to its order by the order's id.

Decided here, since the files do not say it:

- `product_id` is what was sold: the variation, if there is one. `woocommerce` names its lines so.
- A row without an order is a key in stock, and one whose status is inactive or disabled was switched off by the vendor:
  neither belongs to a customer. Both are rejected with that reason, so that they are seen.
- Moments are UTC, in which WordPress keeps them. An end counts as it stands; where only `valid_for` (days) says how
  long, from `created_at`, which is when a key was made for its order.
- Vendors choose the columns; a file without one that is needed here goes through the column mapper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from licensing.intake.record import ORDER, LateCodes, RowRejected
from licensing.intake.stores import cells

LONGEST: Final = 100 * 366  # days
SWITCHED_OFF: Final = frozenset({"inactive", "disabled", "4", "5"})
NEVER: Final = frozenset({"", "0", "NULL", "0000-00-00 00:00:00"})


class LicenseFile:
    """One license manager's file; `needed` is what tells it from the other's."""

    closed: bool = False
    unscrubbed: Sequence[str] = ("id", "order_id", "license_key")

    def __init__(self, title: str, *needed: str) -> None:
        self.title = title
        self.needed: Sequence[str] = (
            "order_id",
            "product_id",
            "license_key",
            "expires_at",
            "status",
            *needed,
        )

    def reader(self, header: Sequence[str]) -> Callable[[Sequence[str]], LateCodes]:
        return LicenseRow(header).read

    def is_last(self, cells: Sequence[str]) -> bool:
        return False


class LicenseRow:
    """Where each column stands in this file, and what a row of it says."""

    def __init__(self, header: Sequence[str]) -> None:
        self.place = {name: place for place, name in enumerate(header)}

    def cell(self, row: Sequence[str], name: str) -> str:
        return row[self.place[name]].strip() if name in self.place else ""

    def read(self, row: Sequence[str]) -> LateCodes:
        order = cells.within(self.cell(row, "order_id"), 200, "order_id")
        if order in ("", "0"):
            raise RowRejected("order_id", "is empty: this key is in stock, no order has it")
        if self.cell(row, "status").lower() in SWITCHED_OFF:
            raise RowRejected("status", "says that this key was switched off in the shop")
        code = cells.code(self.cell(row, "license_key"), "license_key")
        if not code:
            raise RowRejected("license_key", "is empty")
        return LateCodes(
            names=((ORDER, order),),
            codes=(code,),
            line=cells.within(self.cell(row, "product_id"), 200, "product_id"),
            expires_at=self.expires_at(row),
        )

    def expires_at(self, row: Sequence[str]) -> datetime | None:
        end, days = self.cell(row, "expires_at"), self.cell(row, "valid_for")
        if end not in NEVER:
            return moment(end, "expires_at")
        if days in NEVER:
            return None
        length = timedelta(days=cells.whole(days, "valid_for", low=1, high=LONGEST))
        return moment(self.cell(row, "created_at"), "created_at") + length


def moment(cell: str, column: str) -> datetime:
    date, _, time = cell.partition(" ")
    when = cells.moment(date, time or "00:00:00", column)
    if when.year > 9000:  # no license is sold for longer, and a calendar ends soon after
        raise RowRejected(column, "is not a date and time such as 2024-05-31 and 09:30:00")
    return when


EXPORTS = (
    LicenseFile("License Manager for WooCommerce keys", "valid_for", "times_activated_max"),
    LicenseFile("Digital License Manager keys", "activations_limit"),
)
