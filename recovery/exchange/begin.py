"""An exchange comes into being, with the policy as it was applied to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licensing.intake.cards import scrub
from licensing.keys.sealed import vault
from licensing.models import Case, CaseKind, Edition, KeySource
from recovery.exchange.execute import serve
from recovery.exchange.facts import Unit
from recovery.exchange.stock import tell_of_waiting
from recovery.models import (
    Exchange,
    ExchangeKind,
    ExchangeNote,
    ExchangeState,
    NoteAuthor,
    RecoveryRequest,
)
from recovery.plain_text import CONTROL
from recovery.policy import Policy

LONGEST_TEXT = 4000  # characters that customer or support may write at once


@dataclass(frozen=True)
class Cause:
    """Who asked: the customer's proved request, or the support login `by` with its reason."""

    request: RecoveryRequest | None = None
    by: str = ""
    reason: str = ""


def begin(
    unit: Unit,
    to: Edition,
    *,
    cause: Cause,
    now: datetime,
    state: ExchangeState = ExchangeState.WAITING,
    kind: ExchangeKind = ExchangeKind.MOVE,
) -> Exchange:
    """Store an exchange of a license that has a key; it is running from now on. The license is locked."""
    assert unit.assignment is not None  # noqa: S101 - the policy refuses what has no key
    return Exchange.objects.create(
        kind=kind,
        license=unit.license,
        from_edition=unit.license.edition,
        to_edition=to,
        from_assignment=unit.assignment,
        state=state,
        request=cause.request,
        by=cause.by,
        reason=cause.reason,
        policy=applied(unit),
        asked_at=now,
    )


def applied(unit: Unit) -> dict[str, object]:
    policy = Policy.of(unit.license.edition.product).as_record()
    return {**policy, "verdict": str(unit.decision.verdict), "rule": str(unit.decision.reason)}


def begin_and_serve(units: Sequence[Unit], to: Edition, *, cause: Cause, now: datetime) -> list[Exchange]:
    """Move these licenses of one customer: those that a key is there for at once, the others as soon as one is."""
    exchanges = [begin(unit, to, cause=cause, now=now) for unit in units]
    serve(exchanges, now=now)
    if any(each.state == ExchangeState.WAITING for each in exchanges) and to.key_source == KeySource.POOL:
        tell_of_waiting(to, apart_from=exchanges)
    return exchanges


def note(exchange: Exchange, text: str, *, author: NoteAuthor, by: str = "") -> ExchangeNote:
    """Keep what was written."""
    return ExchangeNote.objects.create(exchange=exchange, author=author, by=by, text=kept(text))


def kept(text: str) -> str:
    """A text as it is stored: without anything that looks like a card number, or that steers a terminal."""
    return scrub(CONTROL.sub("", text).strip()[:LONGEST_TEXT])[0]


def open_case(exchange: Exchange) -> Case:
    """Into support's queue."""
    digests = vault().fingerprints(str(exchange.pk), edition="exchange")
    return Case.objects.create(
        kind=CaseKind.EXCHANGE,
        purchase=exchange.license.line.purchase,
        customer=exchange.license.owner,
        digest=digests[min(digests)],
        detail={"exchange": str(exchange.pk), "rule": exchange.policy["rule"]},
    )
