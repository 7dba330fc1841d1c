"""A code leaked that serves several licenses: each of them gets another one, or the leak goes on with the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db import transaction

from licensing.models import KeyAssignment, KeySource
from recovery.errors import OutOfStock, Stale
from recovery.exchange.begin import Cause, begin
from recovery.exchange.execute import lock_licenses, serve
from recovery.exchange.facts import Unit, units_of
from recovery.exchange.noted import note_deed
from recovery.models import Exchange, ExchangeKind
from recovery.policy import OF_STANDING
from recovery.reasons import needed

TRIED_AT_ONCE: Final = 1_000  # those who are left as they are (refunded) are come to again each time
OWNERS_AT_ONCE: Final = 100  # transactions of one request; a code for all buyers may serve many thousands


@dataclass
class Replaced:
    """What became of the licenses on a leaked code: exchanges begun, licenses that no other code was there for, and
    those left as they are (refunded, ended, or on their way elsewhere). `more`: the first that was not come to."""

    begun: list[Exchange] = field(default_factory=list)
    without_code: list[UUID] = field(default_factory=list)
    left: list[UUID] = field(default_factory=list)
    more: UUID | None = None


def replace_everywhere(
    key_id: UUID, *, by: str, reason: str, now: datetime, only: UUID | None = None
) -> Replaced:
    """Give another code to every license that this one serves (or to `only` that one); it ends for them at once.

    One transaction for each owner: one mail tells of all that is theirs, and a pool that is too small for all serves
    whom it can, instead of leaving the leaked code with everybody. Who has been served is passed over when it is
    called again, so a second press does nothing. Raises `ReasonNeeded`.
    """
    needed(reason)
    result = Replaced()
    served = 0
    for tried, licenses in enumerate([[only]] if only else by_owner(key_id)):
        if served == OWNERS_AT_ONCE or tried == TRIED_AT_ONCE:
            result.more = licenses[0]
            break
        before = len(result.begun)
        replace_for_owner(key_id, licenses, cause=Cause(by=by, reason=reason), now=now, result=result)
        served += len(result.begun) > before
    return result


def by_owner(key_id: UUID) -> Iterator[list[UUID]]:
    """The licenses on the code, those of one owner and edition together."""
    rows = (
        KeyAssignment.objects.open().filter(key=key_id).order_by("license__owner", "license__edition", "id")
    )
    served = rows.values_list("license__owner", "license__edition", "license")
    for _, group in groupby(served, key=lambda row: row[:2]):
        yield [license for _, _, license in group]


def replace_for_owner(
    key_id: UUID, licenses: Iterable[UUID], *, cause: Cause, now: datetime, result: Replaced
) -> None:
    licenses = list(licenses)
    try:
        with transaction.atomic():
            units = [unit for unit in units_of(lock_licenses(licenses), now=now) if is_on(unit, key_id)]
            able = [unit for unit in units if may_be_replaced(unit)]
            begun = [
                begin(unit, unit.license.edition, cause=cause, now=now, kind=ExchangeKind.LEAKED)
                for unit in able
            ]
            served = serve(begun, now=now)
            if begun and len(served) < len(begun) and begun[0].to_edition.key_source != KeySource.REMOTE:
                raise OutOfStock
            note_deed("leaked", begun, by=cause.by, reason=cause.reason)
    except (OutOfStock, Stale):
        result.without_code += [unit.license.pk for unit in able]
    else:
        result.begun += begun
    result.left += [unit.license.pk for unit in units if unit not in able]


def is_on(unit: Unit, key_id: UUID) -> bool:
    """Still: it may have been replaced since the list was read."""
    return unit.assignment is not None and unit.assignment.key_id == key_id


def may_be_replaced(unit: Unit) -> bool:
    return unit.running is None and unit.decision.reason not in OF_STANDING.values()
