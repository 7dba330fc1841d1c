"""Whether an event says what the registry of kinds says that it does, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from licensing.models import Platform
from licensing.outgoing.kinds import KINDS, Is


def is_id(value: str) -> bool:
    return str(UUID(value)) == value


def is_time(value: str) -> bool:
    return value.endswith("Z") and datetime.fromisoformat(value).tzinfo is not None


def is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def is_counts(value: Any) -> bool:
    return all(re.fullmatch("[a-z_]+", name) and is_count(each) for name, each in value.items())


def is_product(value: Any, *, known: bool = True) -> bool:
    named = value["platform"] in Platform.values and isinstance(value["sku"], str)
    return named or (not known and value == {"sku": None, "platform": None})


def is_license(value: Any) -> bool:
    product = {name: each for name, each in value.items() if name != "license"}
    return is_id(value["license"]) and set(product) == {"sku", "platform"} and is_product(product)


def is_line(value: Any) -> bool:
    product = {name: each for name, each in value.items() if name != "units"}
    return is_count(value["units"]) and is_product(product, known=False)


CHECKS: Final[dict[Is, Callable[[Any], Any]]] = {
    Is.ID: is_id,
    Is.WORD: lambda value: re.fullmatch("[a-z_]{1,20}", value),
    Is.NAME: lambda value: isinstance(value, str) and value,
    Is.TIME: is_time,
    Is.DAY: lambda value: date.fromisoformat(value).isoformat() == value,
    Is.COUNT: is_count,
    Is.FLAG: lambda value: isinstance(value, bool),
    Is.COUNTS: is_counts,
    Is.PRODUCT: is_product,
    Is.LICENSES: lambda value: isinstance(value, list) and all(map(is_license, value)),
    Is.LINES: lambda value: isinstance(value, list) and value and all(map(is_line, value)),
}


def misfits(said: dict[str, Any]) -> Iterator[str]:
    """What of an event is not as its kind says."""
    kind, data = KINDS[said["type"]], said["data"]
    if set(said) != {"type", "timestamp", "data"} or not is_time(said["timestamp"]):
        yield "the frame"
    yield from set(data) ^ set(kind.data)
    for name, value in data.items():
        if value is None:
            yield from () if name in kind.may_lack else (f"{name} lacks",)
        elif not CHECKS[kind.data[name]](value):
            yield f"{name} is {value!r}"
