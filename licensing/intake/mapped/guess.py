"""What a file's columns probably are: by their names, in six languages, and by what stands in the first rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from licensing.intake.mapped.fields import FIELDS, Field
from licensing.intake.mapped.foreign import NAMES
from licensing.intake.mapped.maps import Columns
from licensing.intake.mapped.values import FIRST_YEAR, LAST_YEAR, likely_form, parsed

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_CODE: Final = re.compile(r"[0-9A-Z]{4,12}(?:-[0-9A-Z]{4,12}){2,9}")
_FORMS: Final = ("ISO", "DD.MM.YYYY", "MM/DD/YYYY", "DD/MM/YYYY")  # seconds since 1970 look like any number


def guessed(header: Sequence[str], rows: Iterable[Sequence[str]] = ()) -> Columns:
    """The best name of a field counts first; a column is taken once, but by the product and its name.

    What no name told is told by how the cells look: addresses, dates, codes. So is the form of the dates.
    """
    rows = list(rows)
    found = by_name(header)
    for field, looks in LOOKS.items():
        free = (column for column in header if column and column not in found.values())
        if field not in found and (
            column := next((each for each in free if all_look(cells(header, rows, each), looks)), "")
        ):
            found[field] = column
    if "ordered_at" in found:
        found["dates"] = likely_form(cells(header, rows, found["ordered_at"]))
    return found


def by_name(header: Sequence[str]) -> Columns:
    plain = {compact(column): column for column in reversed(header) if column}
    found: Columns = {}
    for field in sorted(FIELDS, key=lambda each: not each.needed):
        free = (plain[name] for name in map(compact, names_of(field)) if name in plain)
        taken = set(found.values()) if field.name != "product_name" else {found.get("product", "")}
        if column := next((each for each in free if each not in taken), ""):
            found[field.name] = column
    return found


def names_of(field: Field) -> tuple[str, ...]:
    return (*field.names, *NAMES.get(field.name, ()))


def compact(column: str) -> str:
    """Letters and digits alone, without accents: `Bestell-Nr.` is `bestellnr`, `Schlüssel` is `schlussel`."""
    letters = unicodedata.normalize("NFKD", column.casefold())
    return re.sub(r"[\W_]+", "", "".join(each for each in letters if not unicodedata.combining(each)))


def cells(header: Sequence[str], rows: Iterable[Sequence[str]], column: str) -> list[str]:
    place = header.index(column)
    return [value for row in rows if len(row) > place and (value := row[place].strip())]


def all_look(found: Sequence[str], looks: Callable[[str], bool]) -> bool:
    """Whether nine of ten do: a file has typing errors too."""
    return bool(found) and sum(map(looks, found)) * 10 >= len(found) * 9


def is_email(value: str) -> bool:
    return bool(_EMAIL.fullmatch(value))


def is_date(value: str) -> bool:
    if value.isdigit():  # 20240101 is a date to ISO 8601, and a number to everybody else
        return False
    dates = (parsed(" ".join(value.split()), form) for form in _FORMS)
    return any(found is not None and FIRST_YEAR <= found.year <= LAST_YEAR for found in dates)


def is_code(value: str) -> bool:
    return bool(_CODE.fullmatch(value))


LOOKS: Final[dict[str, Callable[[str], bool]]] = {"email": is_email, "ordered_at": is_date, "codes": is_code}
