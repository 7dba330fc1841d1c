"""Many requests for keys at once: threads with connections of their own, released at one moment (threats, row 35)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

import pytest
from django.db import connections, transaction

from licensing.intake.shop import Reply
from licensing.keys.sealed import content_of
from licensing.models import (
    Connection,
    KeyAsk,
    KeyAskState,
    KeyAssignment,
    KeyState,
    License,
    Purchase,
    RegistrationKey,
)
from tests.kit.race import released_together
from tests.licensing.keydesk import SHOP_ADDRESS, UNSIGNED, ask, body, codes, connected, said, sells

pytestmark = pytest.mark.django_db(transaction=True)


def insisting(asks: Callable[[], Reply]) -> Reply:
    """As a shop does: told to ask again, it asks again."""
    return next(reply for _ in count() if (reply := asks()).status != 503)


def race(asks: list[Callable[[], Reply]]) -> list[Reply]:
    outcome = released_together([partial(insisting, each) for each in asks], after=connections.close_all)
    assert outcome.errors == []
    return outcome.results


def states() -> dict[str, int]:
    found = list(KeyAsk.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in found}


def test_the_same_request_ten_times_at_once_gets_one_key() -> None:
    shop = connected()
    edition = sells(codes=codes(20))

    replies = race([partial(ask, shop)] * 10)

    key = KeyAssignment.objects.get().key
    assert {said(reply) for reply in replies} == {content_of(key).decode()}
    assert RegistrationKey.objects.filter(edition=edition, state=KeyState.POOL).count() == 19
    assert Purchase.objects.count() == License.objects.count() == KeyAsk.objects.count() == 1


def test_two_connections_asking_for_one_order_at_once_get_one_key() -> None:
    shops = [connected() for _ in range(6)]
    sells(codes=codes(20))

    replies = race([partial(ask, shop) for shop in shops])

    assert len({said(reply) for reply in replies}) == 1
    assert KeyAssignment.objects.count() == Purchase.objects.count() == 1


def test_fifty_orders_on_forty_keys_get_forty_and_ten_promises() -> None:
    shop = connected()
    sells(codes=codes(40))

    sent = [body(str(order), email=f"buyer{order}@example.com") for order in range(50)]
    race([partial(ask, shop, each) for each in sent])
    # A key that one of them held while another looked, and then gave up, goes to who asks next.
    replies = [insisting(partial(ask, shop, each)) for each in sent]

    told = [said(reply) for reply in replies if reply.status == 200]
    assert sorted(told) == codes(40)
    assert states() == {KeyAskState.ANSWERED: 40, KeyAskState.PROMISED: 10}
    assert License.objects.count() == 50


def test_twenty_unsigned_requests_at_a_cap_of_five_get_exactly_five() -> None:
    shop = connected(allowed_networks=SHOP_ADDRESS, keys_per_day=5)
    sells(codes=codes(20))

    replies = race([partial(ask, shop, body(str(order)), shop=UNSIGNED) for order in range(20)])

    assert sum(reply.status == 200 for reply in replies) == 5
    assert states() == {KeyAskState.ANSWERED: 5, KeyAskState.REFUSED: 15}
    assert KeyAssignment.objects.count() == 5


@contextmanager
def in_the_way(connection: Connection) -> Iterator[None]:
    """Another transaction holds this connection's row (on SQLite: the one write lock) and does not end."""
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Connection.objects.select_for_update().get(pk=connection.pk)
            held.set()
            over.wait(60)
        connections.close_all()

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    held.wait(60)
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.hurried
def test_a_database_that_does_not_answer_makes_the_shop_ask_again() -> None:
    shop = connected(allowed_networks=SHOP_ADDRESS)
    sells(codes=codes(1))

    with in_the_way(shop):
        reply = ask(shop, shop=UNSIGNED)

    assert (reply.status, said(reply)) == (
        503,
        "ERROR The key could not be looked up just now. Please ask again.",
    )
    assert not Purchase.objects.exists()
    assert said(ask(shop, shop=UNSIGNED)) == codes(1)[0]
