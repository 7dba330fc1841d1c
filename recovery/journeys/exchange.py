"""Windows to Mac and back: the customer sees what would happen, moves licenses, takes a move back, or asks support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from licensing.models import Customer, Edition, EmailAddress, License
from recovery.errors import (
    CannotUndo,
    ExchangeRefused,
    NoSuchLicense,
    NotRunning,
    Stale,
    TooManyMoves,
    TooManyQuestions,
)
from recovery.exchange.begin import Cause, begin, begin_and_serve, note, open_case
from recovery.exchange.execute import end, lock_exchange, lock_licenses, undo
from recovery.exchange.facts import Unit, movable, units_of
from recovery.limits import DAY, QUESTIONS, customer_digest, take
from recovery.mail.outbox import alert
from recovery.models import Exchange, ExchangeState, NoteAuthor, RecoveryRequest
from recovery.policy import Decision, Policy, Verdict

MOST_UNITS = 100  # on one page, and in one transaction
MOST_CANCELLED = 10  # moves of one license in a day


@dataclass(frozen=True)
class Preview:
    """What a move would do: `unit` is the license it was asked for, `units` all of the same edition, it first."""

    unit: Unit
    units: tuple[Unit, ...]
    to: Edition
    policy: Policy

    @property
    def decision(self) -> Decision:
        """The answer for the license it was asked for, or else for the first that could move."""
        answers = [unit.decision for unit in self.units]
        return next((each for each in answers if each.allowed), answers[0])


def owner_of(request: RecoveryRequest) -> Customer:
    """Who reads the proved mailbox. Raises `NoSuchLicense` when it is nobody's (any more)."""
    address = (
        EmailAddress.objects.current().select_related("customer").filter(canonical=request.address).first()
    )
    if address is None:
        raise NoSuchLicense
    return address.customer


def units(request: RecoveryRequest, *, now: datetime) -> dict[UUID, Unit]:
    """Every license of the reader of the proved mailbox, with the policy's answer for it."""
    owned = movable(real_ones(owner_of(request)))
    return {unit.license.pk: unit for unit in units_of(owned, now=now)}


def real_ones(owner: Customer) -> QuerySet[License]:
    """Not of test orders, nor of orders that another shop tells, too."""
    return License.objects.filter(owner=owner, line__purchase__test=False, line__purchase__same_as=None)


def preview(request: RecoveryRequest, *, license_id: UUID, platform: str, now: datetime) -> Preview:
    """What would happen; changes nothing. Raises `NoSuchLicense`, also for a platform without an edition."""
    mine = real_ones(owner_of(request))
    asked = mine.filter(pk=license_id).values("edition")
    found = units_of(movable(mine.filter(edition__in=asked).order_by("id"))[:MOST_UNITS], now=now)
    first = [unit for unit in found if unit.license.pk == license_id] or units_of(
        movable(mine.filter(pk=license_id)), now=now
    )
    to = first[0].target(platform) if first else None
    if to is None:
        raise NoSuchLicense
    others = [unit for unit in found if unit.license.pk != license_id]
    return Preview(first[0], (*first, *others)[:MOST_UNITS], to, Policy.of(to.product))


def move(
    request: RecoveryRequest, *, chosen: Mapping[UUID, UUID], platform: str, now: datetime
) -> list[Exchange]:
    """Move each chosen license: its id, and that of the assignment which the page showed as its key.

    All or none. A second press of the same button finds what the first did. Where there is no key yet, the license
    keeps its old one and the exchange waits. Raises `NoSuchLicense`, `Stale`, `ExchangeRefused`, `TooManyMoves`.
    """
    owner = owner_of(request)
    with transaction.atomic():
        found = owned_units(owner, chosen, now=now)
        to = one_target(found, platform)
        done = {unit.license.pk: earlier(unit, chosen[unit.license.pk], to) for unit in found}
        fresh = [unit for unit in found if done[unit.license.pk] is None]
        check_patience(fresh, now=now)
        for unit in fresh:
            check(unit, to, seen=chosen[unit.license.pk])
        cause = Cause(request=request)
        begun = begin_and_serve(fresh, to, cause=cause, now=now) if fresh else []
    return [each for each in done.values() if each] + begun


def unit_of(request: RecoveryRequest, *, license_id: UUID, now: datetime) -> Unit:
    """One license of the reader of the proved mailbox, with the policy's answer. Raises `NoSuchLicense`."""
    found = units_of(movable(real_ones(owner_of(request)).filter(pk=license_id)), now=now)
    if not found:
        raise NoSuchLicense
    return found[0]


def move_one(request: RecoveryRequest, *, license_id: UUID, platform: str, now: datetime) -> Exchange:
    """Move one license as it stands. Asked again, it is the move that was begun before. Raises as `move`."""
    unit = unit_of(request, license_id=license_id, now=now)
    chosen = {license_id: as_seen(unit, platform)}
    (exchange,) = move(request, chosen=chosen, platform=platform, now=now)
    return exchange


def as_seen(unit: Unit, platform: str) -> UUID:
    """The assignment that a page would show as the license's key; after a move to that platform, the one before it."""
    latest = unit.latest
    if latest and latest.state in (ExchangeState.DONE, ExchangeState.WAITING) and leads_to(latest, platform):
        return latest.from_assignment_id
    return unit.assignment.pk if unit.assignment else unit.license.pk


def leads_to(exchange: Exchange, platform: str) -> bool:
    return exchange.to_edition.platform == platform


def owned_units(owner: Customer, chosen: Mapping[UUID, UUID], *, now: datetime) -> list[Unit]:
    if not 0 < len(chosen) <= MOST_UNITS:
        raise NoSuchLicense
    locked = [each for each in lock_licenses(chosen) if each.owner_id == owner.pk]
    if len(locked) != len(chosen):
        raise NoSuchLicense
    return units_of(locked, now=now)


def one_target(found: list[Unit], platform: str) -> Edition:
    """The edition that all of them move to. After a first press they are on it already."""
    targets = {target_or_reached(unit, platform) for unit in found}
    if len(targets) != 1 or None in targets:
        raise NoSuchLicense
    return next(target for target in targets if target)


def target_or_reached(unit: Unit, platform: str) -> Edition | None:
    reached = unit.license.edition
    return reached if reached.platform == platform else unit.target(platform)


def earlier(unit: Unit, seen: UUID, to: Edition) -> Exchange | None:
    """What an earlier press of the same button began."""
    same = Exchange.objects.filter(license=unit.license, from_assignment=seen, to_edition=to)
    return same.filter(state__in=[ExchangeState.DONE, ExchangeState.WAITING]).first()


def check_patience(fresh: list[Unit], *, now: datetime) -> None:
    """Moves that are begun and cancelled in turns count as none, and would fill the history without an end."""
    lately = Exchange.objects.filter(
        license__in=[unit.license.pk for unit in fresh], state=ExchangeState.CANCELLED, ended_at__gt=now - DAY
    )
    often = (
        lately.order_by().values("license").annotate(number=Count("pk")).filter(number__gte=MOST_CANCELLED)
    )
    if often.exists():
        raise TooManyMoves


def check(unit: Unit, to: Edition, *, seen: UUID) -> None:
    if unit.assignment is not None and unit.assignment.pk != seen:
        raise Stale
    if to not in unit.targets:
        raise NoSuchLicense
    if not unit.decision.allowed:
        raise ExchangeRefused(unit.decision)


def ask_support(
    request: RecoveryRequest, *, license_id: UUID, platform: str, text: str, now: datetime
) -> Exchange:
    """Put a move that the policy does not allow into support's queue; the answer comes by mail.

    Raises `NoSuchLicense`, `TooManyQuestions`, and `ExchangeRefused` for what nobody may move.
    """
    owner = owner_of(request)
    allow_question(owner, now=now)
    with transaction.atomic():
        (unit,) = owned_units(owner, {license_id: license_id}, now=now)
        to = unit.target(platform)
        if to is None:
            raise NoSuchLicense
        if unit.decision.verdict is Verdict.REFUSED:
            raise ExchangeRefused(unit.decision)
        exchange = begin(unit, to, cause=Cause(request=request), now=now, state=ExchangeState.ASKED)
        note(exchange, text, author=NoteAuthor.CUSTOMER)
        open_case(exchange)
        alert(f"asked {exchange.pk}")
    return exchange


def answer(request: RecoveryRequest, *, exchange_id: UUID, text: str, now: datetime) -> Exchange:
    """The customer writes more to support. Raises `NoSuchLicense`, `NotRunning`, `TooManyQuestions`."""
    owner = owner_of(request)
    allow_question(owner, now=now)
    with transaction.atomic():
        exchange = own(owner, exchange_id)
        if exchange.state != ExchangeState.ASKED:
            raise NotRunning
        note(exchange, text, author=NoteAuthor.CUSTOMER)
        alert(f"answered {exchange.pk}")
    return exchange


def allow_question(owner: Customer, *, now: datetime) -> None:
    if not take(QUESTIONS, customer_digest(owner.pk), now=now):
        raise TooManyQuestions


def cancel(request: RecoveryRequest, *, exchange_id: UUID, now: datetime) -> Exchange:
    """The customer keeps the old key after all. Raises `NoSuchLicense`, and `NotRunning` when it is too late."""
    with transaction.atomic():
        exchange = own(owner_of(request), exchange_id)
        end(exchange, ExchangeState.CANCELLED, now=now)
    return exchange


def undo_move(request: RecoveryRequest, *, exchange_id: UUID, now: datetime) -> Exchange:
    """The old key serves again; the move still counts. A second press changes nothing.

    Raises `NoSuchLicense` and `CannotUndo`.
    """
    with transaction.atomic():
        exchange = own(owner_of(request), exchange_id)
        if exchange.state != ExchangeState.UNDONE:
            undo(exchange, now=now)
    return exchange


def undo_latest(request: RecoveryRequest, *, license_id: UUID, now: datetime) -> Exchange:
    """Take back the license's last move. A second time changes nothing. Raises `NoSuchLicense` and `CannotUndo`."""
    unit = unit_of(request, license_id=license_id, now=now)
    undone = unit.latest if unit.latest and unit.latest.state == ExchangeState.UNDONE else None
    last = unit.undoable or undone
    if last is None:
        raise CannotUndo
    return undo_move(request, exchange_id=last.pk, now=now)


def batch_of(request: RecoveryRequest, *, exchange_id: UUID) -> list[Exchange]:
    """The exchange, and those that the same press of the button began. Raises `NoSuchLicense`."""
    owner = owner_of(request)
    by_me = Q(request=None) | Q(request__address__in=owner.addresses.values("canonical"))
    mine = Exchange.objects.filter(
        by_me, license__owner=owner
    )  # not what an owner before wrote about the license
    first = mine.filter(pk=exchange_id).first()
    if first is None:
        raise NoSuchLicense
    same = mine.filter(asked_at=first.asked_at, to_edition=first.to_edition)
    related = same.select_related("from_edition__product", "to_edition__product", "license__line__purchase")
    return sorted(related.prefetch_related("notes"), key=lambda each: (each.pk != first.pk, each.pk))


def of_owner(request: RecoveryRequest, *, exchange_id: UUID, now: datetime) -> tuple[Unit, Exchange]:
    """The exchange and its license as it stands. Raises `NoSuchLicense`."""
    exchange = batch_of(request, exchange_id=exchange_id)[0]
    (unit,) = units_of(movable(License.objects.filter(pk=exchange.license_id)), now=now)
    return unit, exchange


def own(owner: Customer, exchange_id: UUID) -> Exchange:
    """The customer's exchange as it is now, its license held. Raises `NoSuchLicense`."""
    exchange = lock_exchange(exchange_id)
    if exchange.license.owner_id != owner.pk:
        raise NoSuchLicense
    return exchange
