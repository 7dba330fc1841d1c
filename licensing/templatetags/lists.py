"""What pages of the console have many of, written without the template engine, which takes several times as long: rows
of the menu, and cells of lists with what they need to stand one below the other on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from licensing.console.cells import EMPTY

register = template.Library()
START: Final = re.compile(r"^<(td|th)(?: class=\"([^\"]*)\")?")
NOTHING: Final = re.compile(rf"<t[dh][^>]*>\s*[{EMPTY}-]?\s*</t[dh]>")
CHECKBOX: Final = "action-checkbox"

# As Django's app_list.html has it.
MENU_ROW: Final = '<tr class="model-{}{}"><th scope="row">{}</th><td>{}</td></tr>'
LISTED: Final = '<a href="{}"{}>{}</a>'
ADD: Final = '<a href="{}" class="addlink" aria-label="Add to {}">Add</a>'
CURRENT: Final = SafeString(' aria-current="page"')

Row = Sequence[str]


@register.filter
def menu_rows(models: Sequence[dict[str, Any]], here: str) -> SafeString:
    """The rows of one section; the one whose list the page at `here` belongs to is marked."""
    return format_html_join("", MENU_ROW, (menu_row(model, here) for model in models))


def menu_row(model: dict[str, Any], here: str) -> tuple[str, ...]:
    """Without a link to a list that somebody may only add to or delete from."""
    page, add, name = model["admin_url"], model.get("add_url"), model["name"]
    is_here = bool(page) and page in here
    return (
        model["object_name"].lower(),
        " current-model" if is_here else "",
        format_html(LISTED, page, CURRENT if is_here else "", name) if page else name,
        format_html(ADD, add, name) if add else "",
    )


@register.filter
def labelled(rows: Sequence[Row], headers: Sequence[dict[str, Any]]) -> Iterator[SafeString]:
    """The cells of each row of a list, each with its column's title (`data-label`). A cell that says nothing has the
    class `empty`, and is hidden where none of its column on this page says anything."""
    titles = [escape(capfirst(header["text"])) for header in headers]
    vacant = [is_vacant(rows, place) for place in range(1, len(titles) + 1)]
    for row in rows:
        cells = (marked(*each) for each in zip(row, titles, vacant, strict=True))
        yield mark_safe("".join(cells))  # noqa: S308 - see `marked`


@register.filter
def is_vacant(rows: Sequence[Row], place: int) -> bool:
    """Whether the column, the first being 1, says nothing on this page."""
    return all(NOTHING.fullmatch(row[place - 1]) for row in rows)


def marked(cell: str, title: str, vacant: bool) -> str:
    """Django's cell; the title is escaped."""
    if CHECKBOX in cell.partition(">")[0]:
        return cell
    start = START.match(cell)
    assert start, cell  # noqa: S101 - Django begins each so
    classes = " ".join(filter(None, (start[2], "empty" if NOTHING.fullmatch(cell) else "")))
    hidden = " hidden" if vacant else ""
    return f'<{start[1]} class="{classes}" data-label="{title}"{hidden}{cell[start.end() :]}'
