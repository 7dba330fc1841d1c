"""What one row of a mapped file says, and how the rows of one order become one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from licensing.intake.mapped import values
from licensing.intake.mapped.fields import BY_NAME
from licensing.intake.mapped.words import WORDS, Answers
from licensing.intake.record import Party, Payment, PurchaseRecord, Refund, RowRejected, SoldLine
from licensing.intake.stores import cells

EARLY = timedelta(days=2)  # of clocks and time zones; whoever ordered later than that has not ordered
MOST_UNITS = 10_000
MOST_CODES = 10_000
_PLACES = ("street", "postal_code", "city", "region", "country")
# Of an order's further rows many shops leave these empty: they are what its first row says.
_OF_THE_ORDER = ("ordered_at", "time", "email", "name", "last_name", "company", "phone", "language", "consent",
                 *_PLACES, "paid", "test", "receiver_email", "receiver_name")  # fmt: skip
_SPLIT = {"space": re.compile(r"\s+"), "line": re.compile(r"[\r\n]+")}


class MappedRow:
    """Where each field stands in this file, and what a row of it says."""

    def __init__(self, header: Sequence[str], columns: Mapping[str, str]) -> None:
        self.columns = columns
        self.places = {field: header.index(column) for field, column in columns.items() if field in BY_NAME}
        self.order_place = self.places["order"]
        self.fillable = [self.places[field] for field in _OF_THE_ORDER if field in self.places]
        self.form = columns.get("dates", "ISO")
        separator = columns.get("separator", ";")
        self.split = _SPLIT.get(separator) or re.compile(rf"[\r\n]+|{re.escape(separator)}")
        self.answers = {field: Answers(field, columns) for field in WORDS}
        self.latest = datetime.now(UTC) + EARLY
        self.before: list[str] = []

    def read(self, row: Sequence[str]) -> PurchaseRecord:
        row = self.filled(row)
        ordered_at = self.moment(row, "ordered_at", time=self.cell(row, "time"))
        if ordered_at is None:
            raise RowRejected(self.columns["ordered_at"], "is empty")
        if ordered_at > self.latest:
            raise RowRejected(self.columns["ordered_at"], "is in the future: is the form of the dates right?")
        buyer, receiver = self.buyer(row), self.receiver(row)
        line = self.line(row, "" if receiver else buyer.name)
        return PurchaseRecord(
            reference=cells.required(row[self.order_place], 200, self.columns["order"]),
            ordered_at=ordered_at,
            buyer=buyer,
            receiver=receiver,
            lines=(line,),
            payment=self.payment(row, line, ordered_at),
            references=self.references(row),
            test=self.says(row, "test"),
        )

    def filled(self, row: Sequence[str]) -> Sequence[str]:
        """The row with what its order's row before it says, where it says nothing itself."""
        order = row[self.order_place]
        if order and self.before and self.before[self.order_place] == order:
            row = list(row)
            for place in self.fillable:
                row[place] = row[place] or self.before[place]
        self.before = list(row)
        return row

    def cell(self, row: Sequence[str], field: str) -> str:
        place = self.places.get(field)
        return row[place].strip() if place is not None else ""

    def text(self, row: Sequence[str], field: str, limit: int) -> str:
        return cells.text(self.cell(row, field))[:limit]

    def moment(self, row: Sequence[str], field: str, time: str = "") -> datetime | None:
        value = " ".join(filter(None, (self.cell(row, field), time)))
        return values.moment(value, self.columns[field], form=self.form) if value else None

    def says(self, row: Sequence[str], field: str) -> bool:
        return self.answers[field].says(self.cell(row, field))

    def parts(self, row: Sequence[str], field: str) -> list[str]:
        return [each for part in self.split.split(self.cell(row, field)) if (each := part.strip())]

    def buyer(self, row: Sequence[str]) -> Party:
        consent = self.cell(row, "consent")
        names = (self.text(row, "name", 300), self.text(row, "last_name", 300))
        return Party(
            email=cells.address(self.cell(row, "email"), self.columns["email"]),
            name=" ".join(filter(None, names))[:300],
            company=self.text(row, "company", 300),
            phone=self.text(row, "phone", 60),
            mailing_address="\n".join(filter(None, (self.text(row, place, 300) for place in _PLACES))),
            language=self.text(row, "language", 20),
            consent=self.says(row, "consent") if consent else None,
        )

    def receiver(self, row: Sequence[str]) -> Party | None:
        value = self.cell(row, "receiver_email")
        if not value:
            return None
        return Party(
            cells.address(value, self.columns["receiver_email"]), self.text(row, "receiver_name", 300)
        )

    def line(self, row: Sequence[str], registered_name: str) -> SoldLine:
        product = cells.required(self.cell(row, "product"), 200, self.columns["product"])
        quantity = self.cell(row, "quantity")
        whole = re.sub(r"[.,]0+$", "", quantity)  # spreadsheets write 1.0
        return SoldLine(
            product_ref=product,
            variant=cells.within(self.cell(row, "variant"), 200, self.columns.get("variant", "")),
            name=self.text(row, "product_name", 300) or product,
            quantity=cells.whole(whole, self.columns["quantity"], low=1, high=MOST_UNITS) if quantity else 1,
            codes=self.codes(row),
            registered_name=self.text(row, "registered_name", 300) or registered_name,
            subscription=cells.within(
                self.cell(row, "subscription"), 200, self.columns.get("subscription", "")
            ),
            paid_until=self.moment(row, "paid_until"),
        )

    def codes(self, row: Sequence[str]) -> tuple[str, ...]:
        found = self.parts(row, "codes")
        if len(found) > MOST_CODES:
            raise RowRejected(self.columns["codes"], f"has more than {MOST_CODES:,} codes")
        return tuple(cells.code(each, self.columns["codes"]) for each in found)

    def references(self, row: Sequence[str]) -> tuple[tuple[str, str], ...]:
        found = [
            (kind, cells.within(each, 200, self.columns[kind]))
            for kind in ("transaction", "invoice")
            if kind in self.places
            for each in self.parts(row, kind)
        ]
        return tuple(dict.fromkeys(found))

    def payment(self, row: Sequence[str], line: SoldLine, ordered_at: datetime) -> Payment:
        paid = self.says(row, "paid") if self.cell(row, "paid") else True
        back, at = self.paid_back(row), self.moment(row, "refunded_at")
        price = self.money(row, "amount")
        if price < 0:
            raise RowRejected(
                self.columns["amount"], "is below zero: a refund in a row of its own is not read"
            )
        whole = self.says(row, "refunded") or (back >= price > 0)
        if not whole and not back and at and "refunded" not in self.places:
            whole = "amount_refunded" not in self.places
        some = (Refund(units(back, price, line.quantity), line.product_ref, at=at),) if back else ()
        return Payment(
            paid=paid,
            paid_at=ordered_at if paid else None,
            refunded=whole,
            refunded_at=at if whole else None,
            disputed=self.says(row, "disputed"),
            refunds=() if whole else some,
        )

    def paid_back(self, row: Sequence[str]) -> Decimal:
        return abs(self.money(row, "amount_refunded"))

    def money(self, row: Sequence[str], field: str) -> Decimal:
        return (
            values.amount(self.cell(row, field), self.columns[field]) if field in self.places else Decimal(0)
        )


def units(back: Decimal, price: Decimal, quantity: int) -> int:
    """How many units the money pays back to the cent; 0 if no whole number of them."""
    if quantity == 1 or price <= 0:
        return 0
    found, remainder = divmod(back * quantity, price)
    return min(int(found), quantity) if not remainder else 0


def as_one(rows: Sequence[PurchaseRecord], columns: Mapping[str, str]) -> PurchaseRecord:
    """The rows of one order as one. Raises `RowRejected` where they are not of one buyer."""
    first = rows[0]
    for each in rows[1:]:
        if each.buyer.email != first.buyer.email:
            raise RowRejected(columns["email"], "rows of one order have different buyers")
        if (each.receiver and each.receiver.email) != (first.receiver and first.receiver.email):
            raise RowRejected(columns.get("receiver_email", ""), "rows of one order have different receivers")
        if each.test != first.test:
            raise RowRejected(columns.get("test", ""), "rows of one order are test and no test")
    names = dict.fromkeys(reference for each in rows for reference in each.references)
    return first._replace(
        lines=tuple(line for each in rows for line in each.lines),
        payment=paid_together(rows),
        references=tuple(names),
    )


def paid_together(rows: Sequence[PurchaseRecord]) -> Payment:
    """Money back for all rows is of the whole order, for some of them of their units."""
    payments = [row.payment for row in rows]
    whole = all(payment.refunded for payment in payments)
    some = [refund for row in rows for refund in refunds_of(row)]
    return payments[0]._replace(
        paid=all(payment.paid for payment in payments),
        paid_at=payments[0].paid_at if all(payment.paid for payment in payments) else None,
        refunded=whole,
        refunded_at=payments[0].refunded_at if whole else None,
        disputed=any(payment.disputed for payment in payments),
        refunds=() if whole else tuple(some),
    )


def refunds_of(row: PurchaseRecord) -> Sequence[Refund]:
    if not row.payment.refunded:
        return row.payment.refunds
    return [Refund(line.quantity, line.product_ref, at=row.payment.refunded_at) for line in row.lines]
