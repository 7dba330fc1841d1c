"""What the purchases of one subscription pay for: how many units, each of them until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from licensing.intake.refunds import PaidBack
from licensing.models import Purchase, PurchaseLine, PurchaseState

Ends = tuple[datetime | None, datetime | None]  # when a license expires, and since when it is paid back


class Period:
    """One purchase: how many units it had, how many it still pays for, and until when (None: for ever)."""

    def __init__(self, purchase: Purchase, lines: Sequence[PurchaseLine]) -> None:
        self.purchase = purchase
        self.units = sum(line.quantity for line in lines)
        self.is_good = purchase.state == PurchaseState.PAID and purchase.same_as_id is None
        self.paid_until = latest(line.paid_until for line in lines)
        self.paid_for = self.units - paid_back(purchase, lines) if self.is_good else 0

    @property
    def ended_at(self) -> datetime:
        return self.purchase.refunded_at or self.purchase.disputed_at or self.purchase.ordered_at


class Periods:
    """All purchases of what is renewed; `lines` come in the order of their purchases."""

    def __init__(self, lines: Sequence[PurchaseLine]) -> None:
        by_purchase: dict[UUID, list[PurchaseLine]] = {}
        for line in lines:
            by_purchase.setdefault(line.purchase_id, []).append(line)
        self.all = [Period(mine[0].purchase, mine) for mine in by_purchase.values()]
        self.good = [each for each in self.all if each.is_good]
        self.units = max(each.units for each in self.all)
        first = (self.good or self.all)[0]
        self.holder = by_purchase[first.purchase.pk][0]

    def of(self, unit: int) -> Ends:
        """How long the unit of that number lasts. If no purchase is good, it is the purchase that says why."""
        paying = [each for each in self.good if each.paid_for >= unit]
        having = [each for each in self.all if each.units >= unit]
        expires_at = latest(each.paid_until for each in paying or having)
        paid_back = self.good and not paying
        return expires_at, min(each.ended_at for each in having) if paid_back else None


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest; None, for ever, is the latest of all."""
    found = list(moments)
    return None if None in found else max((each for each in found if each), default=None)


def paid_back(purchase: Purchase, lines: Iterable[PurchaseLine]) -> int:
    back = PaidBack(list(purchase.lines.all()), list(purchase.refunds.all()))
    return sum(back.units[line.pk] for line in lines)
