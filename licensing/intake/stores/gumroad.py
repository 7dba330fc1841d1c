"""Gumroad's sales export, after `Exports::PurchaseExportService`. Its notifications are in `gumroad_ping`.

Decided here, since the file does not say it:

- The order's reference is `Order Number`, which the buyer's receipt shows; `Purchase ID` and the payment processors'
  transaction ids are kept as further references.
- Keys belong to the mailbox that Gumroad sent them to: `Giftee Email` for a gift, `Purchase Email` otherwise. `Buyer
  Email` is the Gumroad account that was signed in, which may be another person's: kept as a reference for support,
  never a way to the keys. Consent ("Do not contact?") is the buyer's, also for a gift.
- A partial refund is so many units when it is exactly so many times the price of one; otherwise it is money back that
  takes no unit.
- A membership is not named, and no column says what one of its charges paid for: `Recurrence` is how it is paid now,
  and stands at purchases by instalments, too. So what only the export tells lasts for ever; a ping's end is kept.
- Moments of refund, dispute and win are not in the file; they are taken as known since the import.
- The time stands alone in older exports, and after date and before zone in newer ones; it is UTC in both.
- Gumroad's CSV writer puts "'" before cells that begin like a formula, which ids and keys may do: taken off there.
- An export closes with the row "Totals". A file without it was cut, and is refused.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from licensing.intake.record import Party, Payment, PurchaseRecord, Refund, RowRejected, SoldLine
from licensing.intake.stores import cells
from licensing.intake.stores.gumroad_ping import GumroadPing

MOST_UNITS = 10_000
FORMULA = ("=", "+", "-", "@", "%", "|")

NEEDED = (
    "Purchase ID",
    "Item Name",
    "Buyer Name",
    "Purchase Email",
    "Buyer Email",
    "Do not contact?",
    "Purchase Date",
    "Purchase Time (UTC timezone)",
    "Sale Price ($)",
    "Street Address",
    "City",
    "Zip Code",
    "State",
    "Country",
    "Refunded?",
    "Partial Refund ($)",
    "Fully Refunded?",
    "Disputed?",
    "Dispute Won?",
    "Variants",
    "Pre-order authorization?",
    "Product ID",
    "Order Number",
    "Giftee Email",
    "Quantity",
    "License Key",
    "PayPal Transaction ID",
    "Stripe Transaction ID",
)
# Custom fields stand after the standard columns, under the names that the vendor gave them.
COMPANY = ("company", "company name", "organisation", "organization")
PHONE = ("phone", "phone number", "telephone")


class GumroadExport:
    title: str = "Gumroad sales export"
    needed: Sequence[str] = NEEDED
    closed: bool = True
    closing: str = "Totals"
    unscrubbed: Sequence[str] = ("Purchase ID", "Order Number", "License Key")

    def reader(self, header: Sequence[str]) -> Callable[[Sequence[str]], PurchaseRecord]:
        return GumroadRow(header).read

    def is_last(self, cells: Sequence[str]) -> bool:
        return bool(cells) and cells[0].strip() == self.closing


class GumroadRow:
    """Where each column stands in this file, and what a row of it says."""

    def __init__(self, header: Sequence[str]) -> None:
        place = {name: header.index(name) for name in NEEDED}
        (
            self.sale, self.item, self.name, self.email, self.account, self.do_not_contact,
            self.date, self.time, self.price, self.street, self.city, self.zip, self.state, self.country,
            self.refunded, self.partial, self.fully, self.disputed, self.won, self.variants, self.preorder,
            self.product, self.order, self.giftee, self.quantity, self.key, self.paypal, self.stripe,
        ) = place.values()  # fmt: skip
        self.company = custom(header, COMPANY)
        self.phone = custom(header, PHONE)

    def read(self, row: Sequence[str]) -> PurchaseRecord:
        quantity = cells.whole(row[self.quantity] or "1", "Quantity", low=1, high=MOST_UNITS)
        ordered_at = cells.moment(row[self.date], time_of_day(row[self.time]), "Purchase Date")
        buyer, giftee = self.buyer(row), row[self.giftee].strip()
        return PurchaseRecord(
            reference=cells.required(row[self.order], 200, "Order Number"),
            ordered_at=ordered_at,
            buyer=buyer,
            receiver=Party(cells.address(giftee, "Giftee Email")) if giftee else None,
            lines=(self.line(row, quantity, "" if giftee else buyer.name),),
            payment=self.payment(row, quantity, ordered_at),
            references=self.references(row, buyer.email),
        )

    def buyer(self, row: Sequence[str]) -> Party:
        return Party(
            email=cells.address(row[self.email], "Purchase Email"),
            name=cells.text(row[self.name])[:300],
            company=cells.text(row[self.company])[:300] if self.company else "",
            phone=cells.text(row[self.phone])[:60] if self.phone else "",
            mailing_address=self.mailing_address(row),
            consent=not cells.flag(row[self.do_not_contact], "Do not contact?")
            if row[self.do_not_contact]
            else None,
        )

    def mailing_address(self, row: Sequence[str]) -> str:
        places = (row[self.street], row[self.city], row[self.zip], row[self.state], row[self.country])
        return "\n".join([cells.text(place) for place in places if place])[:2000]

    def line(self, row: Sequence[str], quantity: int, registered_name: str) -> SoldLine:
        key = cells.code(unguarded(row[self.key]), "License Key")
        return SoldLine(
            product_ref=cells.required(row[self.product], 200, "Product ID"),
            variant=cells.within(row[self.variants], 200, "Variants"),
            name=cells.text(row[self.item])[:300],
            quantity=quantity,
            codes=(key,) if key else (),
            registered_name=registered_name,
        )

    def payment(self, row: Sequence[str], quantity: int, ordered_at: datetime) -> Payment:
        fully = cells.flag(row[self.fully], "Fully Refunded?")
        partial = (
            cells.money(row[self.partial], "Partial Refund ($)")
            if row[self.partial] not in ("", "0.0", "0")
            else Decimal(0)
        )
        won = cells.flag(row[self.won], "Dispute Won?")
        paid = not cells.flag(row[self.preorder], "Pre-order authorization?")
        return Payment(
            paid=paid,
            paid_at=ordered_at if paid else None,
            refunded=fully or (partial <= 0 and cells.flag(row[self.refunded], "Refunded?")),
            refunds=() if fully or partial <= 0 else (Refund(self.units(row, partial, quantity)),),
            disputed=cells.flag(row[self.disputed], "Disputed?") or won,
            won=won,
        )

    def units(self, row: Sequence[str], refund: Decimal, quantity: int) -> int:
        """How many units the refund pays back to the cent; 0 if no whole number of them, or fewer than one."""
        price = cells.money(row[self.price], "Sale Price ($)")
        if quantity == 1 or price <= 0:
            return 0
        units, remainder = divmod(refund * quantity, price)
        return min(int(units), quantity) if not remainder else 0

    def references(self, row: Sequence[str], email: str) -> tuple[tuple[str, str], ...]:
        found = [("sale", cells.required(unguarded(row[self.sale]), 200, "Purchase ID"))]
        found += [
            (kind, cells.within(row[place], 200, kind))
            for kind, place in (("paypal", self.paypal), ("stripe", self.stripe))
            if row[place]
        ]
        if row[self.account] != row[self.email] and (account := self.other_account(row, email)):
            found.append(("account", account))
        return tuple(found)

    def other_account(self, row: Sequence[str], email: str) -> str:
        """The Gumroad account's address, if it is another. It only helps support to find an order, so it may be bad."""
        try:
            account = cells.address(row[self.account], "Buyer Email")
        except RowRejected:
            return ""
        return account if account != email and len(account) <= 200 else ""


def time_of_day(cell: str) -> str:
    """Of "2024-03-01 10:00:00 UTC", the time alone."""
    return cell if len(cell) <= 8 else next((word for word in cell.split() if ":" in word), cell)


def unguarded(cell: str) -> str:
    """Without the apostrophe that keeps spreadsheets from taking the cell for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def custom(header: Sequence[str], names: Sequence[str]) -> int:
    """Where the vendor's own field of that name stands; 0 (never one) if nowhere."""
    folded = [column.strip().lower() for column in header]
    return next((folded.index(name) for name in names if name in folded), 0)


EXPORT = GumroadExport()


class Gumroad(GumroadPing):
    exports = (EXPORT,)


SHOP = Gumroad()
