"""The figures as charts, each with the table that says the same: what a screen reader reads, and who wants numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.safestring import SafeString

from config.morning.words import duration, number, percent, refusal
from licensing.console.charts import Series, bars, columns, curves
from licensing.models import Platform, Product, Store
from recovery.figures.days import SUPPORT_HAS
from recovery.figures.moves import told_by
from recovery.figures.read import Figures, by_months
from recovery.models import Figure

MOST_BARS: Final = 10
LINES: Final = (("half of them within", 0.5, "one"), ("95 of 100 within", 0.95, "two"))
ALONE_TOLD: Final = (
    "Of the requests whose mailbox was proved: those whose mail with the keys was accepted by the receiving server, "
    f"and in the {SUPPORT_HAS.days} days after support neither did anything for them nor wrote a note, nor did they "
    "ask support here. A look at their page is no support. Who wrote to you past this service is not known to it; the "
    f"last {SUPPORT_HAS.days} days may still fall."
)


@dataclass(frozen=True)
class Chart:
    """`told` says what is counted; `head` and `rows` are the same numbers as a table, `legend` names its lines."""

    title: str
    told: str
    drawing: SafeString | None
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    legend: Sequence[tuple[str, str]] = ()


def main_charts(found: Figures) -> list[Chart]:
    return [requests(found), waits(found)]


def all_charts(found: Figures) -> list[Chart]:
    """Two queries, for the names."""
    products = {str(pk): name for pk, name in Product.objects.values_list("pk", "name")}
    shops = {str(shop.pk): str(shop) for shop in Store.objects.all()}
    return [
        requests(found),
        alone(found),
        waits(found),
        orders_by_shop(found, shops),
        moves(found, products),
        refusals(found),
    ]


def requests(found: Figures) -> Chart:
    values = found.by_step(Figure.REQUESTS)
    return Chart(
        "Requests for keys",
        "What customers asked: on the page, in an app or from a mail of ours, on file or not.",
        columns("Requests for keys", f"{number(sum(values))} in all.", labels(found), values, words=number),
        (step_word(found), "Requests"),
        [(name, number(value)) for name, value in zip(names(found), values, strict=True)],
    )


def alone(found: Figures) -> Chart:
    shares = [found.alone(step=step) for step in found.steps]
    told = f"{percent(found.alone())} in all."
    line = Series("served without support", shares)
    return Chart(
        "Served without support",
        ALONE_TOLD,
        curves("Served without support", told, labels(found), [line], words=percent, top=1.0),
        (step_word(found), "Served without support"),
        [(name, percent(share)) for name, share in zip(names(found), shares, strict=True)],
    )


def waits(found: Figures) -> Chart:
    series = [
        Series(name, [found.wait(share, step=step) for step in found.steps], tone)
        for name, share, tone in LINES
    ]
    told = f"Half of them within {duration(found.wait(0.5))}, 95 of 100 within {duration(found.wait(0.95))}."
    return Chart(
        "From the request to the mail",
        "Until the receiving server accepted the mail with the link. Counted in classes of time: off by 5 % at most.",
        curves("From the request to the mail", told, labels(found), series, words=duration),
        (step_word(found), *[name for name, _, _ in LINES]),
        [
            (name, *[duration(each.values[place]) for each in series])
            for place, name in enumerate(names(found))
        ],
        legend=[(name, tone) for name, _, tone in LINES],
    )


def orders_by_shop(found: Figures, shops: Mapping[str, str]) -> Chart:
    sold = found.by_part(Figure.ORDERS, Figure.ORDERS_LATELY)
    rows = [(shops.get(shop, "a shop that is gone"), count) for shop, count in sold.most_common()]
    told = "By the day of the order, whenever it came in; without tests. An order that two shops tell counts twice."
    return ranked("Purchases by shop", told, "Shop", rows)


def moves(found: Figures, products: Mapping[str, str]) -> Chart:
    rows = [(move_words(part, products), count) for part, count in found.by_part(Figure.MOVES).most_common()]
    return ranked("Moves done", "By direction and product; those undone later included.", "Move", rows)


def move_words(part: str, products: Mapping[str, str]) -> str:
    before, after, product = told_by(part)
    platforms = dict(Platform.choices)
    direction = f"{platforms.get(before, before)} to {platforms.get(after, after)}"
    return f"{direction}: {products.get(product, 'a product that is gone')}"


def refusals(found: Figures) -> Chart:
    rows = [(refusal(part), count) for part, count in found.by_part(Figure.REFUSALS).most_common()]
    told = "Mails refused or kept back, moves that the rules left to support, and keys that shops asked for in vain."
    return ranked("Refusals by reason", told, "Reason", rows)


def ranked(title: str, told: str, what: str, rows: Sequence[tuple[str, int]]) -> Chart:
    """The largest as bars, all of them in the table."""
    total = number(sum(count for _, count in rows))
    drawn = bars(title, f"{total} in all.", rows[:MOST_BARS], words=number) if rows else None
    return Chart(title, told, drawn, (what, "Number"), [(name, number(count)) for name, count in rows])


def step_word(found: Figures) -> str:
    return "Month" if by_months(found.days) else "Day"


def labels(found: Figures) -> list[str]:
    return [date_format(step, "M Y" if by_months(found.days) else "j M") for step in found.steps]


def names(found: Figures) -> list[str]:
    """Steps as the table calls them: months at the ends are not whole."""
    return [step_name(found, step) for step in found.steps]


def step_name(found: Figures, step: date) -> str:
    return date_format(step, "F Y" if by_months(found.days) else "D j M Y")
