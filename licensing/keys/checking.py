"""Whether a code counts, for an application that asks about the one it was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Case, DateTimeField, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Least

from licensing.keys.code import CodeError, normalise
from licensing.keys.retired_facts import counting
from licensing.keys.sealed import vault
from licensing.models import Edition, KeyAssignment, RegistrationKey

NO_EDITION: Final = UUID(int=0)
NEVER: Final = Value(datetime(9999, 1, 1, tzinfo=UTC), output_field=DateTimeField())


class CodeState(StrEnum):
    VALID = "valid"
    RETIRED = "retired"
    UNKNOWN = "unknown"  # never given to anybody, also where it waits in a pool


@dataclass(frozen=True)
class Checked:
    """The answer; `since` when a retired code came to its end."""

    state: CodeState
    since: datetime | None = None


def checked(*, sku: str, code: str, now: datetime) -> Checked:
    """Whether that code counts for that edition. Two statements, and the same ones, whatever the answer is."""
    edition = Edition.objects.filter(sku=sku).values_list("pk", "code_form").first()
    edition_id, form = edition or (NO_EDITION, "spaced")
    marks = vault().fingerprints(normal_or_none(code, form), edition=str(edition_id))
    same = Q(pk__in=[])
    for slot, mark in marks.items():
        same |= Q(**{f"fingerprint_{slot}": mark})
    keys = RegistrationKey.objects.filter(same, edition=edition_id).annotate(
        counts=counting(key="pk", now=now)
    )
    over = Case(When(counts=True, then=None), default=last_end(), output_field=DateTimeField())
    found = keys.annotate(over=over).values_list("counts", "over").first()
    if found is None or not any(found):
        return Checked(CodeState.UNKNOWN)
    counts, since = found
    return Checked(CodeState.VALID) if counts else Checked(CodeState.RETIRED, since)


def normal_or_none(code: str, form: str) -> str:
    """The normal form; for what cannot be a code one that no code has, so that it is looked for all the same."""
    try:
        return normalise(code, form=form)
    except CodeError:
        return ""


def last_end() -> Subquery:
    """When the last license that the key served ended, for whichever reason came first."""
    ends = KeyAssignment.objects.filter(key=OuterRef("pk"), license__line__purchase__test=False).order_by()
    return Subquery(ends.values("key").annotate(last=Max(end_of_one())).values("last"))


def end_of_one() -> Combinable:
    """Of an assignment, by the facts that `counting` looks at."""
    order = "license__line__purchase__"
    whole = Case(When(**{f"{order}refunded_units": None}, then=F(f"{order}refunded_at")))
    disputed = Case(When(**{f"{order}won_at": None}, then=F(f"{order}disputed_at")))
    told_twice = Case(When(**{f"{order}same_as__isnull": False}, then=F("starts_at")))
    moments = [F("ends_at"), F("license__revoked_at"), F("license__refunded_at"), F("license__expires_at")]
    return Least(*(Coalesce(each, NEVER) for each in (*moments, whole, disputed, told_twice)))
