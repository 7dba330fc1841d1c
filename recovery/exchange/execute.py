"""The steps of an exchange that change who holds which key. Each runs in the caller's transaction, licenses locked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from licensing.holdings import standing_of
from licensing.keys.assign import KeyUnavailable
from licensing.keys.chain import LEAKED, MOVED, lock_keys, replace, take_back
from licensing.keys.sources import supply
from licensing.models import Case, CaseKind, EmailAddress, KeyAssignment, License, RegistrationKey
from licensing.outgoing.kinds import EXCHANGE_UNDONE, EXCHANGED
from licensing.outgoing.tell import tell
from recovery.errors import CannotUndo, NoSuchLicense, NotRunning, Stale
from recovery.exchange.announce import announce
from recovery.exchange.facts import movable, units_of
from recovery.exchange.told import done, taken_back
from recovery.models import Exchange, ExchangeKind, ExchangeState, MessageKind
from recovery.policy import OF_STANDING


def lock_licenses(ids: Iterable[UUID]) -> list[License]:
    """These licenses, held until the transaction ends, in one order for everybody."""
    wanted = License.objects.filter(pk__in=set(ids)).order_by("pk")
    list(
        wanted.select_for_update().values_list("pk")
    )  # what is read next was written before the lock was had
    return list(movable(wanted))


def lock_exchange(exchange_id: UUID) -> Exchange:
    """The exchange as it is now, its license held until the transaction ends. Raises `NoSuchLicense`."""
    licenses = lock_licenses(Exchange.objects.filter(pk=exchange_id).values_list("license", flat=True))
    if not licenses:
        raise NoSuchLicense
    exchange = Exchange.objects.select_related("from_edition", "to_edition", "request").get(pk=exchange_id)
    exchange.license = licenses[0]
    return exchange


def serve(exchanges: Sequence[Exchange], *, now: datetime) -> list[Exchange]:
    """Complete each of these that a key is there for, and promise one mail about them; the others wait for theirs.

    All of one customer's, to one edition, their licenses locked. The old keys go on serving until the end of their
    grace period, and where there is no new one, as if nothing had been asked.
    """
    if not exchanges:
        return []
    edition = exchanges[0].to_edition
    keys = supply(edition, [each.license for each in exchanges], now=now, apart_from=leaked_key(exchanges[0]))
    served = [each for each in exchanges if each.license_id in keys]
    lock_keys([key.pk for key in keys.values()] + [each.from_assignment.key_id for each in served])
    for exchange in served:
        complete(exchange, keys[exchange.license_id], now=now)
    if served:
        announce(MessageKind.REPLACEMENT, served)
    return served


def leaked_key(exchange: Exchange) -> UUID | None:
    """The key that may not be given again: a leaked one that serves all buyers would be."""
    return exchange.from_assignment.key_id if exchange.kind == ExchangeKind.LEAKED else None


def complete(exchange: Exchange, key: RegistrationKey, *, now: datetime) -> None:
    """The license runs the other edition with the new key; the old key until its grace period ends."""
    leaked = exchange.kind == ExchangeKind.LEAKED
    now = max(
        now, exchange.from_assignment.starts_at
    )  # who waited for the license looked at the clock before
    until = now if leaked else now + timedelta(days=exchange.policy["grace"])
    reason = LEAKED if leaked else MOVED
    try:
        new = replace(exchange.from_assignment, key=key, until=until, reason=reason, now=now)
    except KeyUnavailable as error:
        raise Stale from error  # rolls everything back
    License.objects.filter(pk=exchange.license_id).update(edition=exchange.to_edition)
    exchange.state = ExchangeState.DONE
    exchange.to_assignment, exchange.completed_at, exchange.old_key_until = new, now, until
    exchange.save(update_fields=["state", "to_assignment", "completed_at", "old_key_until", "by", "reason"])
    tell(EXCHANGED, lambda: [done(exchange)])


def end(exchange: Exchange, state: ExchangeState, *, now: datetime) -> None:
    """It will not be done: declined by support, or cancelled. Raises `NotRunning`."""
    ended = Exchange.objects.running().filter(pk=exchange.pk).update(state=state, ended_at=now)
    if not ended:
        raise NotRunning
    exchange.state, exchange.ended_at = state, now
    close_case(exchange, now=now)


def close_case(exchange: Exchange, *, now: datetime) -> None:
    Case.objects.filter(kind=CaseKind.EXCHANGE, closed_at=None, detail__exchange=str(exchange.pk)).update(
        closed_at=now
    )


def undo(exchange: Exchange, *, by: str = "", now: datetime) -> None:
    """The old key serves again, the new one ends at once, and the move still counts. Raises `CannotUndo`.

    A license whose order was refunded meanwhile stays as it is: there is nothing left to return to.
    """
    (unit,) = units_of([exchange.license], now=now)
    if unit.undoable is None or unit.undoable.pk != exchange.pk or unit.assignment is None:
        raise CannotUndo
    now = max(
        now, unit.assignment.starts_at
    )  # this host's clock may be behind that of the one which moved it
    try:
        take_back(unit.assignment, now=now)
    except KeyUnavailable as error:
        raise CannotUndo from error
    License.objects.filter(pk=exchange.license_id).update(edition=exchange.from_edition)
    exchange.state, exchange.undone_at, exchange.undone_by = ExchangeState.UNDONE, now, by
    exchange.save(update_fields=["state", "undone_at", "undone_by"])
    tell(EXCHANGE_UNDONE, lambda: [taken_back(exchange)])
    announce(MessageKind.UNDONE, [exchange])


def is_possible(exchange: Exchange, license: License, *, now: datetime) -> bool:
    """Whether an exchange that waited can still be done: in good standing, served by what it was asked for, and owned
    by who asked."""
    return (
        standing_of(license, has_key=True, now=now) not in OF_STANDING
        and is_askers(exchange, license)
        and KeyAssignment.objects.open().filter(pk=exchange.from_assignment_id).exists()
    )


def is_askers(exchange: Exchange, license: License) -> bool:
    """Whether the mailbox that asked is, or was, the owner's. What support began, or is forgotten, counts as theirs."""
    asked = exchange.request
    if asked is None:
        return True
    return EmailAddress.objects.filter(canonical=asked.address, customer=license.owner_id).exists()
