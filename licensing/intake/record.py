"""The one shape that all stores are read into, whether by file or by notification.

Named tuples, not frozen dataclasses: a file makes millions of them, and these are made in a fifth of the time.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class RowRejected(Exception):
    """A row, or a notification, that cannot be recorded: which of its columns, and why, in plain words."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


class Party(NamedTuple):
    """Who bought, or was given. `email` is in its canonical form, empty where the store knows none."""

    email: str
    name: str = ""
    company: str = ""
    phone: str = ""
    mailing_address: str = ""
    language: str = ""
    consent: bool | None = None  # to newsletters; None: nobody asked


class SoldLine(NamedTuple):
    """One thing on an order. One code for a quantity of many is one key with that many seats.

    `reference`: the store's own id of the line, where it has one. `subscription`: the store's id of what this line
    begins or renews, paid until `paid_until` (None: for ever).
    """

    product_ref: str
    variant: str
    name: str
    quantity: int
    codes: tuple[str, ...] = ()
    registered_name: str = ""
    reference: str = ""
    subscription: str = ""
    paid_until: datetime | None = None


class Refund(NamedTuple):
    """Money back for some units of an order; none of them: money back that took no unit.

    `line`: of which line, by its reference or its product; empty: the order's only one. `reference`: the store's id
    of this refund, so that several add up; empty: a running total of the order or line.
    """

    units: int
    line: str = ""
    reference: str = ""
    at: datetime | None = None


class Dispute(NamedTuple):
    """One dispute over the payment of an order, by the store's id of it; open or lost unless it was won.

    A win that has an id of its own, and names no dispute, has no `at`: one of them was won, nobody says which.
    """

    reference: str
    at: datetime | None = None
    won: bool = False
    won_at: datetime | None = None


class Payment(NamedTuple):
    """The facts of payment. `at` moments are None where the store says that it is so but not since when.

    `refunded` is the whole order; money back for some of it stands in `refunds`. `disputed` and `won` are said of the
    order as a whole; a dispute that has an id stands in `disputes` instead.
    """

    paid: bool = True
    paid_at: datetime | None = None
    refunded: bool = False
    refunded_at: datetime | None = None
    disputed: bool = False
    disputed_at: datetime | None = None
    won: bool = False
    won_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def tells_of_a_dispute(self) -> bool:
        return self.disputed or self.won or bool(self.disputes)

    @property
    def tells_of_a_win(self) -> bool:
        return self.won or any(each.won for each in self.disputes)


class PurchaseRecord(NamedTuple):
    """One order as its store tells it. `receiver` is set for a gift only, and then owns what was bought.

    `complete`: False where the store tells an order line by line, so that others may follow. `confirmed`: whether the
    source can be trusted without asking back (a file from the vendor's hand, a signed notification). `references`:
    every other name of the order, as (kind, value).
    """

    reference: str
    ordered_at: datetime
    buyer: Party
    lines: tuple[SoldLine, ...]
    payment: Payment
    receiver: Party | None = None
    references: tuple[tuple[str, str], ...] = ()
    test: bool = False
    confirmed: bool = True
    complete: bool = True

    @property
    def owner(self) -> Party:
        return self.receiver or self.buyer


Names = tuple[tuple[str, str], ...]
ORDER = (
    "order"  # the kind of name that is the order's own reference; every other is a further reference's kind
)


class PaymentNews(NamedTuple):
    """What a store says of the payment of an order without describing the order: a refund, a dispute, a win.

    `names`: how the order is found, as (kind, value), in the order in which they are tried: (`ORDER`, its reference),
    or a further reference such as ("transaction", "txn_1"). Its payment's `paid` is False where nothing is said of it.
    """

    names: Names
    payment: Payment
    test: bool = False
    confirmed: bool = True


class LateCodes(NamedTuple):
    """Codes that a store tells apart from the order that they were sold with.

    `line`: which line of it, by its reference or its product; empty: the order's only one.
    """

    names: Names
    codes: tuple[str, ...]
    line: str = ""
    variant: str = ""
    expires_at: datetime | None = None
    test: bool = False
    confirmed: bool = True


Told = PurchaseRecord | PaymentNews | LateCodes
