"""A shop asks for the keys of an order while its customer waits, and passes the answer on."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from django.db import DatabaseError, DataError
from django.db.models import F

from licensing.intake import key_asks
from licensing.intake.allowed import is_allowed
from licensing.intake.cards import scrub
from licensing.intake.codes import Overtaken
from licensing.intake.hooks.faults import place_of
from licensing.intake.key_answers import Answer, given
from licensing.intake.patience import within
from licensing.intake.record import Party, RowRejected
from licensing.intake.shop import KeyDesk, KeyRequest, NotUnderstood, Received, Reply, Shop
from licensing.keys.assign import KeyUnavailable
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import Connection, KeyAsk, KeyAskState

MOST_UNITS: Final = 10_000
LONGEST: Final = 200  # the name of an order, of a line within it, or of a product
BUSY: Final = "The key could not be looked up just now. Please ask again."
NOT_ALLOWED: Final = "This address may not ask for keys."
UNFIT: Final = "The order holds a value that cannot be kept."

log = structlog.get_logger(__name__)


def answered(
    connection: Connection, shop: Shop, received: Received, *, client_address: str, now: datetime
) -> Reply | None:
    """What the shop is answered; None where it asks for no key. Call it once the signature was checked.

    Asked again, for as long as nothing else became known of the order, it gives the same keys and no second one.
    Where none is ready the shop gets its own form of an error, and the customer a mail later. An unsigned request
    counts only from the connection's networks, and up to its keys in 24 hours (threats.md, row 52). Waits for
    the database two seconds at most: then the shop is told to ask again.
    """
    if shop.key_desk is None:
        return None
    try:
        request = asked_for(shop.key_desk, received)
    except (NotUnderstood, RowRejected) as problem:
        return shop.key_desk.refusal(str(problem), None)
    if request is None:
        return None
    request = trusted(request, connection)
    if reason := unusable(request):
        return shop.key_desk.refusal(reason, request)
    try:
        answer = decided(connection, request, shop=shop, client_address=client_address, now=now)
    except (DataError, UnicodeEncodeError):  # longer than its column, say: asking again would end alike
        return shop.key_desk.refusal(UNFIT, request)
    except (DatabaseError, Overtaken, KeyUnavailable, Tampered, UnknownKey) as error:
        log.error("key_request_failed", connection=str(connection.pk), fault=place_of(error))
        return shop.key_desk.refusal(BUSY, request)._replace(status=503)
    if answer.codes:
        return shop.key_desk.answer(answer.codes, request)
    return shop.key_desk.refusal(answer.reason, request)


def asked_for(desk: KeyDesk, received: Received) -> KeyRequest | None:
    """As the shop's desk, which may break on what nobody foresaw. Raises `NotUnderstood`, `RowRejected`."""
    try:
        return desk.asks(received)
    except (NotUnderstood, RowRejected):
        raise
    except Exception as error:
        log.error("key_request_not_read", fault=place_of(error))
        raise NotUnderstood("The request could not be read.") from error


def trusted(request: KeyRequest, connection: Connection) -> KeyRequest:
    """The request as it counts here: the sender is known, other lines may follow, the codes are ours to give, and what
    people typed holds no card number."""
    record = request.record
    told = record._replace(
        buyer=without_cards(record.buyer),
        receiver=without_cards(record.receiver) if record.receiver else None,
        lines=tuple(
            sold._replace(codes=(), name=scrub(sold.name)[0], registered_name=scrub(sold.registered_name)[0])
            for sold in record.lines
        ),
        test=record.test or connection.test,
        confirmed=True,
        complete=False,
    )
    return request._replace(record=told)


def without_cards(party: Party) -> Party:
    typed = (party.name, party.company, party.phone, party.mailing_address)
    name, company, phone, mailing_address = (scrub(each)[0] for each in typed)
    return party._replace(name=name, company=company, phone=phone, mailing_address=mailing_address)


def unusable(request: KeyRequest) -> str:
    """Why the request cannot be dealt with at all; empty if it can."""
    order, lines = request.record.reference, request.record.lines
    if len(lines) != 1 or not 1 <= lines[0].quantity <= MOST_UNITS:
        return f"A request is for one product, 1 to {MOST_UNITS:,} times."
    names = (order, request.line, lines[0].product_ref, lines[0].variant)
    if not order or max(map(len, names)) > LONGEST or "\0" in "".join(names):
        return "The request names no order or product, or one that cannot be."
    return ""


def comes_from(connection: Connection, shop: Shop, *, client_address: str) -> bool:
    """Whether a request is the shop's, as far as that can be known: its signature was checked, or its address is."""
    return shop.signed or is_allowed(client_address, connection.allowed_networks)


def decided(
    connection: Connection, request: KeyRequest, *, shop: Shop, client_address: str, now: datetime
) -> Answer:
    if not comes_from(connection, shop, client_address=client_address):
        turned_away(connection, request, client_address, now=now)
        return Answer(KeyAskState.REFUSED, reason=NOT_ALLOWED)
    return within(lambda: attempt(connection, request, capped=not shop.signed, now=now))


def turned_away(connection: Connection, request: KeyRequest, client_address: str, *, now: datetime) -> None:
    """Counted, and shown to support with the address: mostly it is the shop's, and missing in the list."""
    counted = Connection.objects.filter(pk=connection.pk)
    counted.update(refusals=F("refusals") + 1, refused_at=now)
    reason = f"Asked from {client_address[:45]}, which may not ask for keys."
    key_asks.note_refusal(connection, request, reason, now=now)
    log.warning("key_request_from_elsewhere", connection=str(connection.pk))


def attempt(connection: Connection, request: KeyRequest, *, capped: bool, now: datetime) -> Answer:
    """The whole of one answer, in the caller's transaction."""
    if capped and not request.record.test and key_asks.is_beyond_cap(connection, request, now=now):
        reason = "The day's number of keys has been asked for."
        key_asks.note_refusal(connection, request, reason, now=now)
        return Answer(KeyAskState.REFUSED, reason=reason)
    ask: KeyAsk = key_asks.held(connection, request, now=now)
    answer = given(ask, request, store=connection.store, now=now)
    key_asks.settle(ask, answer, now=now)
    return answer
