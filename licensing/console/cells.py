"""Columns and fields of the console: words with a colour, times that say how long ago, numbers, links.

Each function makes a column for a path of attributes (`line__purchase`); the path's rows must be selected with the
list, so that a column never costs a query of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

Cell = Callable[[Any], str]

EMPTY: Final = "–"
LINK: Final = "to_"  # how the names of columns begin that lead to other rows
NIL: Final = UUID(int=0)
NO_WORDS: Final[Mapping[Any, str]] = MappingProxyType({})
AFTER_SIGNS: Final = re.compile(r"(?<=[@.])(?=.)")
MAY_BREAK: Final = "<wbr>"
HOUR: Final = 3_600
HOURS_AHEAD: Final = 96  # below which what is to come is said in hours
UNITS: Final = ((31_557_600, "y"), (2_629_800, "mo"), (86_400, "d"), (HOUR, "h"), (60, "min"), (1, "s"))


def follow(row: Any, path: str) -> Any:
    """The value at the end of a path such as `line__purchase__store`; None where the path breaks off."""
    for name in path.split("__"):
        if row is None:
            return None
        row = getattr(row, name)
    return row


def named(cell: Cell, *, name: str, title: str) -> Cell:
    """The cell as a column: its name becomes the CSS class, its title the heading."""
    cell.__name__ = name
    return admin.display(description=title)(cell)


def text(path: str, title: str) -> Cell:
    return named(lambda row: str(follow(row, path) or EMPTY), name=path, title=title)


def address(path: str, title: str) -> Cell:
    """An address of a mailbox, as `broken` writes it."""
    return named(lambda row: broken(str(follow(row, path) or EMPTY)), name=path, title=title)


def broken(words: str) -> SafeString:
    """An address that may break after its @ and its dots, and never within a name."""
    return mark_safe(AFTER_SIGNS.sub(MAY_BREAK, escape(words)))  # noqa: S308 - escaped; no entity has such a sign


def said(path: str, title: str) -> Cell:
    """What somebody said to a question: yes, no, or that nobody asked."""
    words = {True: "yes", False: "no", None: "nobody asked"}
    return named(lambda row: words[follow(row, path)], name=f"said_{path}", title=title)


def number(path: str, title: str) -> Cell:
    """Aligned right: the class of the column begins with `num_`."""

    def cell(row: Any) -> str:
        value = follow(row, path)
        return EMPTY if value is None else format_html('<span class="num">{}</span>', f"{value:,}")

    return named(cell, name=f"num_{path}", title=title)


def when(path: str, title: str) -> Cell:
    """How long ago or how far ahead, with the exact time on hover."""

    def cell(row: Any) -> str:
        value = follow(row, path)
        return moment(value, now=timezone.now()) if value else EMPTY

    return named(cell, name=path, title=title)


def moment(value: datetime, *, now: datetime) -> str:
    return timed(value, distance(value, now=now))


def moment_of(value: datetime) -> str:
    """The same, from this moment."""
    return moment(value, now=timezone.now())


def day(value: datetime) -> str:
    """`3 Nov 2026`, where it matters when something was and not how long ago."""
    return timed(value, date_format(timezone.localtime(value), "j M Y"))


def timed(value: datetime, words: str) -> str:
    exact = date_format(timezone.localtime(value), "Y-m-d H:i:s e")
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, words)


def distance(value: datetime, *, now: datetime) -> str:
    """`5 min ago`, `now`: whole units, rounded down. What is still to come is rounded to the nearest, and said in hours
    below four days: `in 72 h`, `in 5 d`."""
    if value > now:
        return ahead(round((value - now).total_seconds()))
    seconds = int((now - value).total_seconds())
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= size), (1, ""))
    return f"{seconds // size} {unit} ago" if unit else "now"


def ahead(seconds: int) -> str:
    hours = round(seconds / HOUR)
    if 1 <= hours < HOURS_AHEAD:
        return f"in {hours} h"
    size, unit = next(((size, unit) for size, unit in UNITS if round(seconds / size)), (1, ""))
    return f"in {round(seconds / size)} {unit}" if unit else "now"


def state(word: object, tone: str) -> str:
    """A state as a word; its tone (`good`, `wait`, `bad`, `off`) gives the colour, never the only sign."""
    return format_html('<span class="state state-{}">{}</span>', tone, word)


def choice(path: str, title: str, tones: Mapping[Any, str], *, short: Mapping[Any, str] = NO_WORDS) -> Cell:
    """A field with choices as a state. `short`: words where there is little room, instead of the choice's own."""
    holder, _, field = path.rpartition("__")

    def cell(row: Any) -> str:
        owner = follow(row, holder) if holder else row
        value = getattr(owner, field)
        words = short.get(value) or getattr(owner, f"get_{field}_display")()
        return state(words, tones.get(value, "off")) if value else EMPTY

    return named(cell, name=path, title=title)


def link(path: str, title: str, *, label: str = "", words: Cell | None = None) -> Cell:
    """A link to the row at the end of the path, called by its attribute `label`, by `words`, or as it calls itself."""

    def cell(row: Any) -> str:
        target = follow(row, path)
        if target is None:
            return EMPTY
        shown = words(target) if words else follow(target, label) if label else target
        name = str(shown or target.pk)
        return format_html(
            '<a href="{}">{}</a>', page_of(target), broken(name) if "@" in name else shown or name
        )

    return named(cell, name=f"{LINK}{path}", title=title)


def happened(cells: Iterable[str | Cell], row: Any) -> list[str | Cell]:
    """The cells of a row's page that say something."""
    return [cell for cell in cells if row is None or isinstance(cell, str) or cell(row) != EMPTY]


def page_of(row: Model) -> str:
    pk = row.pk
    if not isinstance(pk, UUID):
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[pk])
    before, after = around_id(row._meta.label_lower)
    return f"{before}{pk}{after}"


@cache
def around_id(label: str) -> list[str]:
    """What stands before and after the id in the address of a row's page. A page of a list has some hundred links, and
    `reverse` tries all patterns for each."""
    return reverse(f"admin:{label.replace('.', '_')}_change", args=[NIL]).split(str(NIL))


def list_of(model: type[Model], **filters: str) -> str:
    """The address of a model's list, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def related(*lists: tuple[str, type[Model], str]) -> Cell:
    """Links to the lists of what belongs to a row, each (title, model, its path to the row). Costs no query."""

    def cell(row: Any) -> str:
        links = [
            (list_of(model, **{f"{path}__id__exact": str(row.pk)}), title) for title, model, path in lists
        ]
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    return named(cell, name="related", title="related")
