"""Calls that are done once, however often they come: the answer is kept with what was done, in one transaction.

Who repeats a call while the first is still running waits for its answer: the row's unique mark makes them wait.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now

from licensing.keys.sealed import vault
from licensing.keys.vault import Tampered, UnknownKey
from recovery.errors import AnswerLost, KeyReused
from recovery.models import KeptAnswer
from recovery.tokens import derive

LIFE: Final = timedelta(hours=1)  # it may hold codes: long enough for whoever repeats a call, and no longer
# Nothing was done, and the same call may be let through later.
NOT_KEPT: Final = frozenset({401, 404, 429})


@dataclass(frozen=True)
class Answer:
    """What a call came to: a JSON document and headers of its own."""

    status: int
    document: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One call by one caller under one key, with what was sent."""

    caller: str
    name: str
    key: str
    sent: Any

    @property
    def mark(self) -> bytes:
        return derive("call", self.caller.encode(), self.name.encode(), self.key.encode())

    @property
    def sent_mark(self) -> bytes:
        """The same for the same values, however they were spelled."""
        return derive("sent", json.dumps(self.sent, sort_keys=True).encode())


def once(call: Call, act: Callable[[], Answer]) -> tuple[Answer, bool]:
    """What the call came to, and whether that was earlier. `act` runs in a transaction that holds its answer, too.

    What `act` raises undoes all of it, and the call may come again. Raises `KeyReused` and `AnswerLost`.
    """
    with transaction.atomic():
        KeptAnswer.objects.filter(mark=call.mark, expires_at__lte=Now()).delete()
        kept, first = KeptAnswer.objects.get_or_create(
            mark=call.mark, defaults={"sent": call.sent_mark, "expires_at": Now() + LIFE}
        )
        if not first:
            return earlier(kept, call), True
        answer = act()
        keep(kept, answer)
    return answer, False


def keep(kept: KeptAnswer, answer: Answer) -> None:
    if answer.status in NOT_KEPT:
        kept.delete()
        return
    sealed = vault().encrypt(json.dumps(asdict(answer)).encode(), identity=kept.identity)
    KeptAnswer.objects.filter(pk=kept.pk).update(status=answer.status, sealed=sealed)


def earlier(kept: KeptAnswer, call: Call) -> Answer:
    if bytes(kept.sent) != call.sent_mark:
        raise KeyReused
    try:
        told = vault().decrypt(kept.sealed or b"", identity=kept.identity)
    except (Tampered, UnknownKey) as error:
        raise AnswerLost from error
    return Answer(**json.loads(told))
