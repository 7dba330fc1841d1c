"""Charts as SVG, drawn here: no script, no style but classes (console/morning.css), whatever names they show.

A drawing is as wide as a phone's page, so that its words keep their size there. The table with the same numbers is the
page's part; each drawing has its title, and a sentence for whoever hears it instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH: Final = 340
HEIGHT: Final = 170
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 10, 24  # margins of the drawing inside
ROW: Final = 34  # height of one bar with its name above
MOST_LABELS: Final = 6
FEW: Final = 15  # points of a line that are marked each
LONGEST_NAME: Final = 44  # characters
UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2

NOTHING: Final = "None in these days."

Words = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """One line of a chart, named; None where there is nothing to say. `tone`: the class that gives its colour."""

    name: str
    values: Sequence[float | None]
    tone: str = "one"


def columns(
    title: str, told: str, labels: Sequence[str], values: Sequence[float], *, words: Words
) -> SafeString:
    """A bar upwards for each label."""
    top = nice(max(values, default=0))
    width = inner_width() / max(len(values), 1)
    drawn = format_html_join(
        "",
        '<rect class="bar one" x="{}" y="{}" width="{}" height="{}"/>',
        (
            (at(LEFT + (number + 0.1) * width), at(high), at(width * 0.8), at(foot() - high))
            for number, value in enumerate(values)
            if (high := height_of(value, top)) < foot()
        ),
    )
    return drawing(title, told, HEIGHT, axes(labels, top, words), drawn or nothing())


def curves(
    title: str, told: str, labels: Sequence[str], series: Sequence[Series], *, words: Words, top: float = 0
) -> SafeString:
    """Lines over the labels; single points where a value stands alone. `top`: the axis' end, if not by the values."""
    known = [value for each in series for value in each.values if value is not None]
    top = top or nice(max(known, default=0))
    lines = format_html_join("", "{}", ((curve(each, top),) for each in series))
    return drawing(title, told, HEIGHT, axes(labels, top, words), lines if known else nothing())


def nothing() -> SafeString:
    """Said where a drawing would be of axes alone, just above the line in the middle."""
    middle = (LEFT + WIDTH - RIGHT) / 2
    return format_html(
        '<text class="nothing" x="{}" y="{}">{}</text>', at(middle), at((TOP + foot()) / 2 - 6), NOTHING
    )


def curve(series: Series, top: float) -> SafeString:
    width = inner_width() / max(len(series.values), 1)
    points = [
        None if value is None else f"{at(LEFT + (number + 0.5) * width)},{at(height_of(value, top))}"
        for number, value in enumerate(series.values)
    ]
    runs = format_html_join(
        "",
        '<polyline class="line {}" points="{}"/>',
        ((series.tone, " ".join(run)) for run in runs_of(points) if len(run) > 1),
    )
    lone = [point for run in runs_of(points) if len(run) == 1 or len(points) < FEW for point in run]
    dots = ((series.tone, *point.split(",")) for point in lone)
    return runs + format_html_join("", '<circle class="dot {}" cx="{}" cy="{}" r="2.5"/>', dots)


def runs_of(points: Iterable[str | None]) -> list[list[str]]:
    """Points that follow each other without a gap."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def bars(title: str, told: str, rows: Sequence[tuple[str, float]], *, words: Words) -> SafeString:
    """A bar to the right for each name, which stands above it."""
    most = max((value for _, value in rows), default=0) or 1
    drawn = format_html_join(
        "",
        '<text class="name" x="0" y="{}">{}</text><text class="value" x="{}" y="{}">{}</text>'
        '<rect class="bar one" x="0" y="{}" width="{}" height="8"/>',
        (
            (
                number * ROW + 14,
                short(name),
                WIDTH,
                number * ROW + 14,
                words(value),
                number * ROW + 19,
                at(max(WIDTH * value / most, 1)),
            )
            for number, (name, value) in enumerate(rows)
        ),
    )
    return drawing(title, told, max(len(rows), 1) * ROW, drawn)


def drawing(title: str, told: str, height: int, *parts: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" xmlns="http://www.w3.org/2000/svg">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        WIDTH,
        height,
        clean(title),
        clean(told),
        mark_safe("".join(parts)),  # noqa: S308 - of SafeStrings only
    )


def axes(labels: Sequence[str], top: float, words: Words) -> SafeString:
    """Three lines across with what they stand for, and as many labels below as there is room for."""
    across = format_html_join(
        "",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="tick" x="{}" y="{}">{}</text>',
        (
            (LEFT, WIDTH - RIGHT, y, y, LEFT - 5, y + 4, words(value))
            for value in (0, top / 2, top)
            for y in (round(height_of(value, top), 1),)
        ),
    )
    width, every = inner_width() / max(len(labels), 1), ceil(len(labels) / MOST_LABELS)
    below = format_html_join(
        "",
        '<text class="label" x="{}" y="{}">{}</text>',
        (
            (at(LEFT + (number + 0.5) * width), HEIGHT - 6, clean(label))
            for number, label in enumerate(labels)
            if (len(labels) - 1 - number) % every == 0
        ),
    )
    return across + below


def nice(value: float) -> float:
    """The end of an axis: the next 1, 2, 4, 6 or 10 times a power of ten, and 2 at least, so that its half is whole."""
    if value <= 2:
        return 2
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 4, 6, 10) if step * power >= value)


def inner_width() -> int:
    return WIDTH - LEFT - RIGHT


def foot() -> int:
    return HEIGHT - BOTTOM


def height_of(value: float, top: float) -> float:
    return foot() - (foot() - TOP) * value / top


def at(value: float) -> str:
    return f"{value:.1f}"


def short(name: str) -> str:
    name = clean(" ".join(name.split()))
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def clean(text: str) -> str:
    """Without what no XML document may hold, escaped or not."""
    return UNPRINTABLE.sub("�", text)
