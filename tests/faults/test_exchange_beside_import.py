"""A move between codes for all buyers, while an import that gives the same codes is not through yet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from licensing.intake.bulk import insert, new_id
from licensing.keys.assign import assign
from licensing.models import KeyAssignment, License, RegistrationKey
from recovery.journeys.exchange import move, undo_move
from recovery.models import ExchangeState
from tests import factories
from tests.recovery.exchanging import NOW, key_of, latest, proved, seen, shop
from tests.recovery.soundness import assert_sound

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: there is no beside"),
]

FIELDS = ("id", "key_id", "license_id", "seat", "starts_at")


@contextmanager
def imported_meanwhile(codes: dict[License, RegistrationKey]) -> Iterator[None]:
    """The assignments of a chunk are written, and committed only when the block is over."""
    written, over = threading.Event(), threading.Event()

    def chunk() -> None:
        rows = [(new_id(), key.pk, unit.pk, None, NOW) for unit, key in codes.items()]
        with transaction.atomic():
            insert(KeyAssignment, FIELDS, rows, now=NOW)
            written.set()
            over.wait(60)
        connections.close_all()

    thread = threading.Thread(target=chunk)
    thread.start()
    try:
        assert written.wait(60)
        yield
    finally:
        over.set()
        thread.join()


def test_a_move_and_its_undo_do_not_wait_for_the_import() -> None:
    sold = shop()
    windows, mac = (factories.key(edition=each, seats=None) for each in (sold.windows, sold.mac))
    unit, *bought = (factories.license(owner=factories.customer(), edition=sold.windows) for _ in range(3))
    for each in (unit, factories.license(edition=sold.mac, owner=factories.customer())):
        assign(license=each, key=windows if each is unit else mac, now=NOW)

    with imported_meanwhile(dict.fromkeys(bought, windows) | {other(sold.mac): mac}):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")  # so that a move that would wait for it fails instead
        try:
            move(proved(unit), chosen=seen(unit), platform="macos", now=NOW)
            moved = key_of(unit)
            undo_move(proved(unit), exchange_id=latest(unit).pk, now=NOW)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")

    assert (moved, key_of(unit), latest(unit).state) == (mac, windows, ExchangeState.UNDONE)
    assert_sound(now=NOW)


def other(edition: object) -> License:
    return factories.license(owner=factories.customer(), edition=edition)  # type: ignore[arg-type]
