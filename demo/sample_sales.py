"""Writes a shop's sales file to try the service with, in the columns of a Gumroad export and with its mess.

    python -m demo.sample_sales --rows 300 > demo/sample-sales.csv

People, orders and codes are invented, and every address is on a domain that is reserved for examples. The same seed
always gives the same file. In it on purpose: Windows and Mac variants, one product for any platform, orders from
before there were keys, one key for several seats, gifts, refunds in full and in part, disputes lost and won, one
person under several spellings of one address, names that look like formulas, line breaks and quotes in cells, the
vendor's own columns, and the closing row.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TextIO

ROWS = 300
SEED = 7

COLUMNS = (  # noqa: SIM905  66 names in quotes would fill the page
    "Purchase ID|Item Name|Buyer Name|Purchase Email|Buyer Email|Do not contact?|Purchase Date|"
    "Purchase Time (UTC timezone)|Subtotal ($)|Taxes ($)|Shipping ($)|Sale Price ($)|Fees ($)|Net Total ($)|Tip ($)|"
    "Tax Included in Price?|Street Address|City|Zip Code|State|Country|Referrer|Refunded?|Partial Refund ($)|"
    "Fully Refunded?|Disputed?|Dispute Won?|Variants|Discount Code|Recurring Charge?|Free trial purchase?|"
    "Pre-order authorization?|Product ID|Order Number|Pre-order authorization time (UTC timezone)|Custom Fields|"
    "Item Price ($)|Variants Price ($)|Giftee Email|SKU ID|Quantity|Recurrence|Affiliate|Affiliate commission ($)|"
    "Discover?|Subscription End Date|Rating|Review|License Key|Payment Type|PayPal Transaction ID|PayPal Fee Amount|"
    "PayPal Fee Currency|Stripe Transaction ID|Stripe Fee Amount|Stripe Fee Currency|"
    "Purchasing Power Parity Discounted?|Upsold?|Sent Abandoned Cart Email?|UTM Source|UTM Medium|UTM Campaign|"
    "UTM Term|UTM Content|Company|How did you find us?"
).split("|")


@dataclass(frozen=True)
class Thing:
    """What the shop sells; `variants` are empty where one download runs everywhere."""

    product_id: str
    name: str
    cents: int
    variants: tuple[str, ...]


THINGS = (
    Thing("clipcutter", "Clip Cutter Pro", 3900, ("(Windows)", "(Mac)")),
    Thing("discsaver", "Disc Saver", 2500, ("(Windows)", "(Mac)")),
    Thing("captions", "Caption Styles", 900, ()),
    Thing("titlemaker", "Title Maker", 1900, ("(Windows)", "(Mac)")),
)
GIVEN = (
    "Clara",
    "Émile",
    "Paweł",
    "Дарья",
    "陽菜",
    "Amina",
    "Björn",
    "Aoife",
    "Trần",
    "Noël",
    "ليلى",
    "Sam 🎞️",
)
FAMILY = (
    "Baker",
    "Núñez",
    "Wiśniewska",
    "Орлова",
    "佐藤",
    "el-Amin",
    "Öberg",
    "O'Dwyer",
    "Thị B",
    "van Dijk, MSc",
)
ODD = ('Kit "Kip" Carver', "=Ivy Cole", "+Otto Lang", "@home studio", "Rosa Lind\nsecond floor", "-Max Wolf")
DOMAINS = ("example.com", "example.org", "example.net", "post.example.com", "xn--mller-kva.example")
TOWNS = (("Lyon", "France"), ("Gdańsk", "Poland"), ("Porto", "Portugal"), ("Leeds", "United Kingdom"))
FIRST_DAY = datetime(2017, 1, 9, 8, 0, tzinfo=UTC)
KEYS_SINCE = datetime(2018, 6, 1, tzinfo=UTC)  # older orders have none
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class Shop:
    """Invents orders one after another from one seed."""

    def __init__(self, rows: int, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  invents a sample, guards nothing
        self.rows = rows
        self.people = max(1, rows * 2 // 3)
        self.cents = 0

    def orders(self) -> Iterator[dict[str, object]]:
        step = timedelta(days=3000) / max(1, self.rows)
        for number in range(self.rows):
            yield self.order(
                number, FIRST_DAY + step * number + timedelta(seconds=self.random.randrange(7200))
            )

    def order(self, number: int, when: datetime) -> dict[str, object]:
        thing = self.random.choices(THINGS, weights=(6, 3, 1, 2))[0]
        quantity = self.random.choices((1, 2, 5), weights=(93, 4, 3))[0]
        cents = thing.cents * quantity
        self.cents += cents
        return {
            "Purchase ID": f"{self.random.getrandbits(88):022x}==",
            "Item Name": thing.name,
            "Purchase Date": f"{when:%Y-%m-%d}",
            "Purchase Time (UTC timezone)": f"{when:%H:%M:%S}",
            "Subtotal ($)": money(cents),
            "Taxes ($)": "0.0",
            "Sale Price ($)": money(cents),
            "Net Total ($)": money(cents * 9 // 10),
            "Variants": self.random.choice(thing.variants) if thing.variants else "",
            "Product ID": thing.product_id,
            "Order Number": 510_000_000 + number * 7,
            "Item Price ($)": money(thing.cents),
            "Quantity": quantity,
            "License Key": self.code() if when >= KEYS_SINCE else "",
            "Payment Type": self.random.choice(("visa", "mastercard", "paypal")),
            "How did you find us?": self.random.choice(("", "", "a friend", "search, mostly")),
            **self.buyer(number),
            **self.fate(cents, thing.cents, quantity),
        }

    def buyer(self, number: int) -> dict[str, object]:
        who = self.random.randrange(self.people)
        address = f"buyer{who}@{DOMAINS[who % len(DOMAINS)]}"
        typed = self.random.choice(
            (address, address, address, address.upper(), address.title(), f" {address} ")
        )
        odd, gift = self.random.random() < 0.05, self.random.random() < 0.03
        town, country = self.random.choice(TOWNS)
        return {
            "Buyer Name": self.random.choice(ODD if odd else GIVEN)
            + ("" if odd else f" {self.random.choice(FAMILY)}"),
            "Purchase Email": typed,
            "Buyer Email": f"account{who}@example.net" if self.random.random() < 0.05 else typed,
            "Do not contact?": int(self.random.random() < 0.4),
            "Street Address": f"{self.random.randrange(1, 90)} Mill Lane",
            "City": town,
            "Zip Code": f"{self.random.randrange(10_000, 99_999)}",
            "Country": country,
            "Giftee Email": f"friend{number}@example.org" if gift else "",
            "Company": self.random.choice(("", "", "", "Lantern Films Ltd")),
        }

    def fate(self, cents: int, each: int, quantity: int) -> dict[str, object]:
        """What became of the payment: mostly nothing."""
        fully, disputed = self.random.random() < 0.03, self.random.random() < 0.015
        partly = quantity > 1 and not fully and self.random.random() < 0.2
        return {
            "Refunded?": int(fully),
            "Partial Refund ($)": money(each if partly else 0),
            "Fully Refunded?": int(fully),
            "Disputed?": int(disputed),
            "Dispute Won?": int(disputed and self.random.random() < 0.5),
        }

    def code(self) -> str:
        return "-".join("".join(self.random.choices(LETTERS, k=5)) for _ in range(5))


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}" if cents % 10 else f"{cents / 100}"


def write(out: TextIO, *, rows: int = ROWS, seed: int = SEED) -> None:
    """Write header, `rows` orders and the closing row. Constant memory."""
    shop = Shop(rows, seed)
    table = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(shop.orders())
    total = money(shop.cents)
    table.writerow({"Purchase ID": "Totals", "Subtotal ($)": total, "Sale Price ($)": total})


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--seed", type=int, default=SEED)
    chosen = options.parse_args(arguments)
    write(sys.stdout, rows=chosen.rows, seed=chosen.seed)


if __name__ == "__main__":
    main()
