"""What Gumroad calls the parts of a sale, alike in its pings and in its API's answers; see `gumroad_ping`."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from licensing.intake.record import Party, Payment, Refund, RowRejected, SoldLine
from licensing.intake.stores.amounts import units_of
from licensing.intake.stores.json_fields import Fields

MOST_UNITS: Final = 10_000
MONTHS: Final = {"monthly": 1, "quarterly": 3, "biannually": 6, "yearly": 12, "every_two_years": 24}


def is_gift(sale: Fields) -> bool:
    return sale.flag("is_gift_receiver_purchase")


def giver(sale: Fields) -> Party:
    """Who gave it, if the answer says so; it is not documented that it does."""
    return Party(sale.address("gifter_email") if "gifter_email" in sale else "")


def person(sale: Fields, field: str) -> Party:
    places = [sale.cut(name, 300) for name in ("street_address", "city", "zip_code", "state", "country")]
    return Party(
        email=sale.address(field),
        name=sale.cut("full_name", 300),
        mailing_address="\n".join([place for place in places if place])[:2000],
        consent=sale.flag("can_contact") if "can_contact" in sale else None,
    )


def line_of(sale: Fields, product: str, *, until: datetime | None, test: bool = False) -> SoldLine:
    code = "" if test or sale.flag("test") else sale.code("license_key")
    return SoldLine(
        product_ref=sale.required(product),
        variant=variant_of(sale),
        name=sale.cut("product_name", 300),
        quantity=sale.whole("quantity", low=1, high=MOST_UNITS, missing=1),
        codes=(code,) if code else (),
        registered_name="" if is_gift(sale) else sale.cut("full_name", 300),
        subscription=sale.text("subscription_id", 200),
        paid_until=until,
    )


def variant_of(sale: Fields) -> str:
    """As the export writes it: "(Pro, Mac)"; nothing for the one tier of a membership that was never named."""
    chosen = sale.anything("variants")
    if not isinstance(chosen, Mapping):
        return sale.text("variants", 200)
    names = [text_in(value) for value in chosen.values()]
    if not names or names == ["Untitled"]:
        return ""
    return Fields({"variants": f"({', '.join(names)})"}).text("variants", 200)


def text_in(value: Any) -> str:
    if not isinstance(value, str):
        raise RowRejected("variants", "must be text")
    return value


def payment_of(sale: Fields, at: str, refunded: bool, refunds: tuple[Refund, ...]) -> Payment:
    won = sale.flag("dispute_won")
    paid = not sale.flag("is_preorder_authorization")
    return Payment(
        paid=paid,
        paid_at=sale.moment(at) if paid else None,
        refunded=refunded,
        refunds=() if refunded else refunds,
        disputed=sale.flag("disputed") or won,
        won=won,
    )


def part_refunded(sale: Fields) -> Refund:
    """How many units came back, where price and what is left of it are in the same currency, US dollars."""
    if sale.text("currency_symbol", 10) != "$" or "amount_refundable_in_currency" not in sale:
        return Refund(0)
    price = sale.money("price") / Decimal(100)
    paid_back = price - sale.money("amount_refundable_in_currency")
    quantity = sale.whole("quantity", low=1, high=MOST_UNITS, missing=1)
    return Refund(units_of(paid_back, price=price, quantity=quantity))


def paid_until(sale: Fields, at: str, recurrence: str) -> datetime | None:
    if "subscription_id" not in sale:
        return None
    months = MONTHS.get(sale.text(recurrence, 40))
    if months is None:
        sale.reject(recurrence, "is not how often a membership is paid")
    return months_after(sale.moment(at), months)


def months_after(begun: datetime, months: int) -> datetime:
    """The same day that many months later, or the last day of a month that is too short for it."""
    years, month = divmod(begun.month - 1 + months, 12)
    year = begun.year + years
    if year > 9998:
        raise RowRejected("sale_timestamp", "is not a moment that a membership can begin at")
    return begun.replace(
        year=year, month=month + 1, day=min(begun.day, calendar.monthrange(year, month + 1)[1])
    )
