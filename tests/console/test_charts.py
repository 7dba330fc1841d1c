"""Drawings are well-formed, of words and classes only, and say what their tables say."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.morning.figures import all_charts
from config.morning.words import duration
from licensing.console.charts import Series, bars, columns, curves, nice
from recovery.figures.count_orders import ALL
from recovery.figures.days import DAY
from recovery.figures.moves import part_of
from recovery.figures.read import PERIODS, figures_of
from recovery.models import DayFigure, Figure, Tally
from tests import factories

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert(1)</script>"\' onload=x style="x" &amp; \x0b\x1b \u202egnp.exe \ud7ff'
numbers = st.lists(st.integers(min_value=0, max_value=10**9), max_size=40)


def parsed(drawing: str) -> ElementTree.Element:
    """Fails where it is not well-formed."""
    return ElementTree.fromstring(drawing)


def words_of(drawing: str, kind: str) -> list[str]:
    return [each.text or "" for each in parsed(drawing).iter(f"{SVG}text") if each.get("class") == kind]


@given(numbers)
def test_a_bar_is_as_high_as_its_number(values: list[int]) -> None:
    drawn = columns("T", "D", [str(number) for number in range(len(values))], values, words=str)

    heights = [float(each.get("height") or 0) for each in parsed(drawn).iter(f"{SVG}rect")]
    shown = [value for value in values if value]
    top = nice(max(values, default=0))
    assert heights == pytest.approx([136 * value / top for value in shown], abs=0.06)


@given(numbers)
def test_an_axis_ends_above_everything_and_not_far_above(values: list[int]) -> None:
    most = max(values, default=0)

    assert most <= nice(most) <= max(most * 2, 2)


def test_a_line_breaks_where_nothing_is_known() -> None:
    drawn = curves("T", "D", list("abcde"), [Series("s", [1, 2, None, None, 3])], words=str)

    lines = [each.get("points") or "" for each in parsed(drawn).iter(f"{SVG}polyline")]
    assert [len(points.split()) for points in lines] == [2]
    assert len(list(parsed(drawn).iter(f"{SVG}circle"))) == 3


@pytest.mark.parametrize("values", [[], [0], [0] * 30])
def test_nothing_can_be_drawn(values: list[int]) -> None:
    for drawn in (
        columns("T", "D", [""] * len(values), values, words=str),
        curves("T", "D", [""] * len(values), [Series("s", values)], words=str),
        bars("T", "D", [("name", value) for value in values], words=str),
    ):
        assert parsed(drawn).get("role") == "img"


@given(st.text(max_size=60))
def test_whatever_a_name_holds_the_drawing_is_well_formed(name: str) -> None:
    drawn = bars(name, name, [(name, 1)], words=str)

    assert {each.tag for each in parsed(drawn).iter()} == {
        SVG + tag for tag in ("svg", "title", "desc", "text", "rect")
    }


def test_a_drawing_has_a_title_and_a_sentence() -> None:
    drawn = parsed(columns("Requests", "5 in all.", ["a"], [5], words=str))

    assert [drawn.findtext(f"{SVG}{tag}") for tag in ("title", "desc")] == ["Requests", "5 in all."]


def told(day: int, figure: Figure, value: int, part: str = "") -> None:
    DayFigure.objects.create(day=timezone.now().date() - day * DAY, figure=figure, part=part, value=value)


def a_month(name: str = "Shop") -> None:
    """Some of everything, in a shop and of a product with that name."""
    shop, product = factories.store(title=name), factories.product(name=name)
    Tally.objects.create(name=ALL, counted_at=timezone.now())
    for day in range(3):
        told(day, Figure.REQUESTS, 10 + day)
        told(day, Figure.PROVED, 8)
        told(day, Figure.ALONE, 6)
        told(day, Figure.WAIT, 5, "60")
        told(day, Figure.ORDERS, 4, str(shop.pk))
        told(day, Figure.MOVES, 2, part_of("windows", "macos", str(product.pk)))
        told(day, Figure.REFUSALS, 3, "limit mailbox")
    told(0, Figure.ORDERS_LATELY, 1, str(shop.pk))


@pytest.mark.django_db
@pytest.mark.parametrize("days", PERIODS)
def test_the_bars_of_a_chart_say_what_its_table_says(days: int) -> None:
    a_month()
    charts = {each.title: each for each in all_charts(figures_of(days, now=timezone.now()))}

    for title in ("Purchases by shop", "Moves done", "Refusals by reason"):
        chart = charts[title]
        assert chart.drawing
        shown = zip(words_of(chart.drawing, "name"), words_of(chart.drawing, "value"), strict=True)
        assert list(shown) == [tuple(row) for row in chart.rows]
    assert charts["Purchases by shop"].rows == [("Shop", "13")]
    assert charts["Moves done"].rows[0][1] == "6"
    assert sum(int(row[1]) for row in charts["Requests for keys"].rows) == 33


@pytest.mark.django_db
def test_the_share_served_without_support_is_of_the_proved_ones() -> None:
    a_month()

    assert figures_of(7, now=timezone.now()).alone() == 0.75


@pytest.mark.django_db
def test_a_period_holds_its_days_and_no_others() -> None:
    for day in (0, 6, 7, 29, 30, 364, 365):
        told(day, Figure.REQUESTS, 1)

    sums = [figures_of(days, now=timezone.now()).total(Figure.REQUESTS) for days in PERIODS]

    assert sums == [2, 4, 6]


@pytest.mark.django_db
def test_a_year_is_shown_by_months_and_a_month_by_days() -> None:
    week, month, year = (figures_of(days, now=timezone.now()).steps for days in PERIODS)

    assert (len(week), len(month)) == (7, 30)
    assert len(year) in (12, 13)
    assert week[-1] - week[0] == timedelta(days=6)


@pytest.mark.django_db
def test_hostile_names_of_shops_and_products_are_words_and_nothing_else(support: Client) -> None:
    a_month(HOSTILE)

    text = support.get(reverse("console:figures"), {"days": 30}).content.decode()

    assert "<script>alert" not in text
    assert ' style="' not in text
    assert "<style" not in text
    assert "&lt;script&gt;alert(1)" in text
    drawings = re.findall(r"<svg class=\"chart\".*?</svg>", text, re.DOTALL)
    assert len(drawings) == 6
    for drawing in drawings:
        assert {each.get("style") for each in parsed(drawing).iter()} == {None}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0.01, "under 0.1 s"),
        (0.42, "0.4 s"),
        (2.0, "2 s"),
        (59.9, "60 s"),
        (90, "1.5 min"),
        (7200, "2 h"),
    ],
)
def test_times_are_told_in_two_figures(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_a_drawing_without_anything_to_draw_says_so() -> None:
    empty = [
        columns("T", "D", ["a"], [0], words=str),
        curves("T", "D", ["a"], [Series("s", [None])], words=str),
    ]
    drawn = [columns("T", "D", ["a"], [1], words=str), curves("T", "D", ["a"], [Series("s", [0])], words=str)]

    assert [words_of(each, "nothing") for each in empty] == [["None in these days."]] * 2
    assert [words_of(each, "nothing") for each in drawn] == [[]] * 2
