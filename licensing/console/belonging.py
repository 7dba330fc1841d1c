"""Lists of what belongs to one row, as the links between pages ask for them: `connection__id__exact`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import ForeignKey, Model, UniqueConstraint
from django.db.models.constants import LOOKUP_SEP

OF_ONE_ROW: Final = "__id__exact"


def is_of_one_row(model: type[Model], lookup: str) -> bool:
    """Whether it asks for the rows that belong to one row, by references that have an index each."""
    path, found, rest = lookup.partition(OF_ONE_ROW)
    return bool(found) and not rest and are_indexed(model, path.split(LOOKUP_SEP))


def are_indexed(model: type[Model], names: Iterable[str]) -> bool:
    for name in names:
        field = next((each for each in model._meta.concrete_fields if each.name == name), None)
        if not isinstance(field, ForeignKey) or not (is_indexed(field) or name in set(first_columns(model))):
            return False
        model = field.remote_field.model
    return True


def is_indexed(field: Any) -> bool:
    return bool(field.db_index)


def first_columns(model: type[Model]) -> Iterator[str]:
    """What the model's indexes begin with."""
    yield from (each.fields[0].lstrip("-") for each in model._meta.indexes if each.fields)
    unique = (each for each in model._meta.constraints if isinstance(each, UniqueConstraint))
    yield from (each.fields[0] for each in unique if each.fields)
