"""Keys go into an edition's pool by the call of a program, and whoever waited for one is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from licensing.audit.trail import record
from licensing.intake.encoding import FileRefused
from licensing.intake.keyfile import Filled, GivenCode, load_codes
from licensing.intake.known_codes import KnownElsewhere
from licensing.keys.waiting import serve_waiting
from licensing.models import Edition
from licensing.support.errors import KeysElsewhere, KeysRefused, NotOnFile

AS_MEANT: Final = (
    "keys, row {}: this code is on file for {}. If it is meant all the same, say `also_elsewhere`."
)
MOST_KEYS: Final = 5_000  # of one call; more come in by several, or as a file


@dataclass(frozen=True)
class Stocked:
    """What became of the keys, and how many of them went at once to licenses that waited."""

    filled: Filled
    served: int


def stock(
    edition_id: UUID, keys: Sequence[GivenCode], *, also_elsewhere: bool = False, by: str, now: datetime
) -> Stocked:
    """All of them go in, or none. Those that are known already are counted, so a second call adds nothing.

    Raises `NotOnFile`, `KeysRefused` naming the first row that cannot be a key of this edition, and, without
    `also_elsewhere`, `KeysElsewhere` naming one that another edition has.
    """
    edition = Edition.objects.select_related("product").filter(pk=edition_id).first()
    if edition is None:
        raise NotOnFile
    with transaction.atomic():
        try:
            filled = load_codes(
                lambda: keys, source="keys", edition=edition, also_elsewhere=also_elsewhere, now=now
            )
        except KnownElsewhere as refusal:
            raise KeysElsewhere(AS_MEANT.format(refusal.number, refusal.sku)) from None
        except FileRefused as refusal:
            raise KeysRefused(str(refusal)) from None
        record("edition.stocked", by=by, row=edition, details=told(edition, filled))
    return Stocked(filled, serve_waiting([edition], now=now))


def told(edition: Edition, filled: Filled) -> dict[str, str | int]:
    known = {name: len(getattr(filled, name)) for name in ("repeated", "in_pool", "owned")}
    return {"edition": edition.sku, "new": filled.new, **known}
