"""One product or edition onto file: only what differs is written, and only if the model and the checks take it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from licensing.models import Edition

Told = Callable[[str, str], None]
Check = Callable[[set[str]], Iterable[tuple[str, str]]]


def save(record: Model, values: dict[str, Any], *, check: Check, tell: Told) -> bool:
    """Whether anything was written. `check` is given the names of what changes; `tell` gets each fault by field."""
    changes = {name: value for name, value in values.items() if differs(record, name, value)}
    if not changes and not record._state.adding:
        return False
    for name, value in changes.items():
        setattr(record, name, value)
    faults = list(reasons(record)) or list(check(set(changes)))
    for name, reason in faults:
        tell(name, reason)
    if not faults:
        record.save()
    return not faults


def differs(record: Model, name: str, value: object) -> bool:
    if name == "product":
        return bool(getattr(record, "product_id", None) != getattr(value, "pk", None))
    return bool(getattr(record, name) != value)


def reasons(record: Model) -> Iterator[tuple[str, str]]:
    """What the model says, by field. Its words for rules over several fields name no row, so ours do."""
    try:
        record.full_clean()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            if name == "__all__":
                yield from (("", reason) for reason in taken(record) or messages)
            else:
                yield from ((name, message) for message in messages)


def taken(record: Model) -> list[str]:
    if not isinstance(record, Edition):
        return []
    others = Edition.objects.filter(product=record.product_id, platform=record.platform).exclude(pk=record.pk)
    found = []
    if other := others.filter(version=record.version).first():
        found.append(f"another edition is that product, version and platform already: {other.sku}")
    if record.exchange_line and (other := others.filter(exchange_line=record.exchange_line).first()):
        found.append(f"another edition moves between “{record.exchange_line}” on that platform: {other.sku}")
    return found
