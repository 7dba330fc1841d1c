"""What support decides about exchanges: approve, decline, ask back, move or undo on a customer's behalf, replace a
leaked code. Each names the login that did it, and its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from licensing.models import KeySource
from recovery.errors import ExchangeRefused, NoSuchLicense, NotRunning, OutOfStock
from recovery.exchange.announce import announce
from recovery.exchange.begin import Cause, begin, begin_and_serve, kept, note
from recovery.exchange.execute import close_case, end, is_possible, lock_exchange, lock_licenses, serve, undo
from recovery.exchange.facts import Unit, units_of
from recovery.exchange.noted import note_deed
from recovery.exchange.stock import tell_of_waiting
from recovery.models import Exchange, ExchangeKind, ExchangeState, MessageKind, NoteAuthor
from recovery.policy import OF_STANDING, Reason, Verdict
from recovery.reasons import needed


def approve(exchange_id: UUID, *, by: str, reason: str, now: datetime) -> Exchange:
    """The license moves, beyond the policy; at once, or when a key is there. Raises `NotRunning`.

    A license that cannot move any more (refunded meanwhile, or given another code) ends the exchange as cancelled.
    """
    with transaction.atomic():
        exchange = asked(exchange_id)
        exchange.by, exchange.reason = by, reason
        exchange.save(update_fields=["by", "reason"])
        close_case(exchange, now=now)
        if not is_possible(exchange, exchange.license, now=now):
            end(exchange, ExchangeState.CANCELLED, now=now)
            note_deed("approved", [exchange], by=by, reason=reason)
            return exchange
        exchange.state = ExchangeState.WAITING
        exchange.save(update_fields=["state"])
        note_deed("approved", [exchange], by=by, reason=reason)
        if not serve([exchange], now=now) and exchange.to_edition.key_source == KeySource.POOL:
            tell_of_waiting(exchange.to_edition, apart_from=[exchange])
    return exchange


def decline(exchange_id: UUID, *, by: str, reason: str, now: datetime) -> Exchange:
    """The license stays where it is; the customer reads the reason in a mail. Raises `NotRunning`, `ReasonNeeded`."""
    needed(reason)
    with transaction.atomic():
        exchange = asked(exchange_id)
        Exchange.objects.filter(pk=exchange.pk).update(by=by)
        exchange.by = by
        note(exchange, reason, author=NoteAuthor.SUPPORT, by=by)
        end(exchange, ExchangeState.DECLINED, now=now)
        announce(MessageKind.DECLINED, [exchange])
        note_deed("declined", [exchange], by=by, reason=reason)
    return exchange


def ask_back(exchange_id: UUID, *, by: str, text: str) -> Exchange:
    """The customer gets the question by mail, and can answer it on the page. Raises `NotRunning`, `ReasonNeeded`.

    The same question twice in a row is a button pressed twice: it is asked once.
    """
    needed(text)
    with transaction.atomic():
        exchange = asked(exchange_id)
        last = exchange.notes.last()
        if last and last.author == NoteAuthor.SUPPORT and last.text == kept(text):
            return exchange
        question = note(exchange, text, author=NoteAuthor.SUPPORT, by=by)
        announce(MessageKind.QUESTION, [exchange], detail=str(question.pk))
        note_deed("asked_back", [exchange], by=by, reason=text)
    return exchange


def move_for(license_id: UUID, *, platform: str, by: str, reason: str, now: datetime) -> Exchange:
    """Move a license on its owner's behalf. Beyond the policy a reason is needed, and recorded.

    Raises `NoSuchLicense`, `ReasonNeeded`, and `ExchangeRefused` for what nobody may move.
    """
    with transaction.atomic():
        unit = locked_unit(license_id, now=now)
        to = unit.target(platform)
        if to is None:
            raise NoSuchLicense
        if unit.decision.verdict is Verdict.REFUSED:
            raise ExchangeRefused(unit.decision)
        if not unit.decision.allowed:
            needed(reason)
        begun = begin_and_serve([unit], to, cause=Cause(by=by, reason=reason), now=now)
        note_deed("begun", begun, by=by, reason=reason)
        return begun[0]


def replace_leaked(license_id: UUID, *, by: str, reason: str, now: datetime) -> Exchange:
    """Another code for one that leaked, on the same platform; the leaked one ends at once.

    A reason is needed, and recorded. Raises `NoSuchLicense`, `ReasonNeeded`, `OutOfStock` (where no other code is
    there at once, and no generator makes one: a leaked code that stays would look replaced), `ExchangeRefused`.
    """
    needed(reason)
    with transaction.atomic():
        unit = locked_unit(license_id, now=now)
        if unit.running:
            raise ExchangeRefused(replace(unit.decision, verdict=Verdict.REFUSED, reason=Reason.RUNNING))
        if unit.decision.reason in OF_STANDING.values():
            raise ExchangeRefused(unit.decision)
        exchange = begin(
            unit, unit.license.edition, cause=Cause(by=by, reason=reason), now=now, kind=ExchangeKind.LEAKED
        )
        if not serve([exchange], now=now) and exchange.to_edition.key_source != KeySource.REMOTE:
            raise OutOfStock
        note_deed("leaked", [exchange], by=by, reason=reason)
    return exchange


def undo_for(exchange_id: UUID, *, by: str, now: datetime) -> Exchange:
    """Take a move back on the customer's behalf, within its grace period. Raises `NoSuchLicense`, `CannotUndo`."""
    with transaction.atomic():
        exchange = lock_exchange(exchange_id)
        if exchange.state != ExchangeState.UNDONE:
            undo(exchange, by=by, now=now)
            note_deed("undone", [exchange], by=by)
    return exchange


def cancel_for(exchange_id: UUID, *, by: str, now: datetime) -> Exchange:
    """A running exchange will not be done; the license keeps its key. Raises `NoSuchLicense`, `NotRunning`."""
    with transaction.atomic():
        exchange = lock_exchange(exchange_id)
        end(exchange, ExchangeState.CANCELLED, now=now)
        Exchange.objects.filter(pk=exchange.pk).update(by=by)
        note_deed("cancelled", [exchange], by=by)
    return exchange


def asked(exchange_id: UUID) -> Exchange:
    exchange = lock_exchange(exchange_id)
    if exchange.state != ExchangeState.ASKED:
        raise NotRunning
    return exchange


def locked_unit(license_id: UUID, *, now: datetime) -> Unit:
    licenses = lock_licenses([license_id])
    if not licenses:
        raise NoSuchLicense
    return units_of(licenses, now=now)[0]
