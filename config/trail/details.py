"""What an entry of the audit trail says beyond the deed, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.apps import apps
from django.utils.text import capfirst

EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


def lines_of(said: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What an entry says beyond that, as names and values."""
    if said is None:
        return [("Details", "erased, with the person or the month that they were of")]
    details = dict(said.get("details") or {})
    fields = details.pop("fields", None)
    if "page" in details:
        details["page"] = page_in_words(str(details["page"]))
    told = {name: value for name, value in details.items() if value not in EMPTY}
    found = [(str(capfirst(name.replace("_", " "))), in_a_line(value)) for name, value in told.items()]
    if isinstance(fields, dict):
        found += [(name, f"{in_a_line(was)} → {in_a_line(now)}") for name, (was, now) in fields.items()]
    elif fields:
        found.append(("Fields", in_a_line(fields)))
    around = (("Reason", str(said.get("reason") or "")), *found, ("From", str(said.get("where") or "")))
    return [each for each in around if each[1]]


def page_in_words(name: str) -> str:
    """`admin:licensing_customer_changelist` is the list of customers; what is no model's is called by its own name."""
    if name == "admin:index":
        return "the first page"
    label, _, rest = name.rpartition(":")[2].partition("_")
    model, _, view = rest.partition("_")
    try:
        about = apps.get_model(label, model)._meta
    except LookupError:
        return name.rpartition(":")[2].replace("_", " ")
    words = {"changelist": f"list of {about.verbose_name_plural}", "change": str(about.verbose_name)}
    return words.get(view, f"{about.verbose_name}, {view.replace('_', ' ')}")


def in_a_line(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {in_a_line(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(in_a_line(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in EMPTY else in_words(str(value))


def in_words(value: str) -> str:
    """A moment as it is read, in UTC; anything else as it is."""
    if not MOMENT.fullmatch(value):
        return value
    return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
