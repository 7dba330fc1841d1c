"""Taking a row that a person should decide, so that the next who opens it is told. Times by the database's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Case, F, Model, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Now

from licensing.models import Hold

LASTS: Final = timedelta(minutes=10)  # as long as an answer to a customer takes to write; each look renews it


def held(row: Model) -> QuerySet[Hold]:
    return Hold.objects.filter(kind=kind_of(type(row)), row=row.pk)


def kind_of(model: type[Model]) -> str:
    return model._meta.label_lower


def look_at(row: Model, *, by: str) -> Hold:
    """Takes the row, or goes on having it, unless somebody else has it; the hold as it stands then."""
    free = held(row).filter(Q(by=by) | Q(until__lte=Now()))
    still = When(by=by, until__gt=Now(), then=F("since"))
    if not free.update(by=by, since=Case(still, default=Now()), until=Now() + LASTS):
        first = Hold(kind=kind_of(type(row)), row=row.pk, by=by, until=Now() + LASTS)
        Hold.objects.bulk_create([first], ignore_conflicts=True)
    return held(row).get()


def take_over(row: Model, *, by: str) -> bool:
    """From whoever has it. Whether somebody else had."""
    others = held(row).exclude(by=by).update(by=by, since=Now(), until=Now() + LASTS)
    return bool(others)


def with_holder(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each row with `held_by`, the login that has it open; None where nobody has."""
    now_held = Hold.objects.filter(kind=kind_of(rows.model), row=OuterRef("pk"), until__gt=Now())
    known: QuerySet[Any] = rows.annotate(held_by=Subquery(now_held.values("by")[:1]))
    return known
