"""Where a file's map comes from: said on the command line, or saved with the store."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from licensing.intake.encoding import FileRefused
from licensing.intake.mapped.export import MappedExport, lacking_fields
from licensing.intake.mapped.fields import BY_NAME, DATES, NEEDED, OPTIONS, SEPARATORS
from licensing.models import ColumnMap, Store

Columns = dict[str, str]


class MapRefused(Exception):
    """The map cannot be used. The message says why, in plain words."""


def read_map(text: str) -> Columns:
    """`order=Order ID,email=E-mail,dates=DD.MM.YYYY`; quotes go round what holds a comma. Raises `MapRefused`."""
    pairs = next(csv.reader(io.StringIO(text), skipinitialspace=True), [])
    columns: Columns = {}
    for pair in pairs:
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise MapRefused(f"{pair!r} is not a field, =, and a column.")
        columns[field] = column
    return checked(columns)


def checked(columns: Mapping[str, str]) -> Columns:
    """The same, if every field is known and none is missing. Raises `MapRefused`."""
    said = {field: column for field, column in columns.items() if column}
    for field in said:
        if field not in BY_NAME and field not in OPTIONS:
            raise MapRefused(f"There is no field {field!r}. Known are: {', '.join((*BY_NAME, *OPTIONS))}.")
    if lacking := lacking_fields(said):
        raise MapRefused(f"Say which column is: {', '.join(lacking)}.")
    if said.get("dates", "ISO") not in DATES:
        raise MapRefused(f"dates must be one of {', '.join(DATES)}.")
    if said.get("separator", ";") not in SEPARATORS:
        raise MapRefused(f"separator must be one of {' '.join(SEPARATORS)}.")
    return said


def written(columns: Mapping[str, str]) -> str:
    """As `read_map` takes it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(f"{field}={column}" for field, column in columns.items())
    return out.getvalue()


def saved_for(store: Store, header: Sequence[str]) -> Columns:
    """The store's own saved map whose columns are all there, the one that uses the most; empty if none fits."""
    maps = [dict(each.columns) for each in ColumnMap.objects.filter(store=store)]
    fitting = [columns for columns in maps if set(MappedExport(columns).needed) <= set(header)]
    return max(fitting, key=len, default={})


def saved_as(store: Store, title: str) -> Columns:
    """Raises `MapRefused` where the store has no map of that title."""
    found = ColumnMap.objects.filter(store=store, title=title).first()
    if found is None:
        titles = ", ".join(repr(each.title) for each in ColumnMap.objects.filter(store=store)) or "none"
        raise MapRefused(f"The store has no saved map {title!r}. It has: {titles}.")
    return dict(found.columns)


def save(store: Store, title: str, columns: Mapping[str, str]) -> None:
    ColumnMap.objects.update_or_create(
        store=store, title=title.strip()[:100], defaults={"columns": dict(columns)}
    )


def mapped(columns: Mapping[str, str], header: Sequence[str], *, name: str) -> MappedExport:
    """The export that these columns make of a file. Raises `FileRefused` where the file lacks one of them."""
    export = MappedExport(columns)
    absent = [column for column in export.needed if column not in header]
    if absent:
        raise FileRefused(f"{name} has no column {absent[0]!r}, which its map names.")
    if not set(NEEDED) <= set(columns):
        raise FileRefused(f"The map of {name} lacks: {', '.join(lacking_fields(columns))}.")
    return export


__all__ = [
    "Columns",
    "MapRefused",
    "checked",
    "mapped",
    "read_map",
    "save",
    "saved_as",
    "saved_for",
]
