"""Real kinds of shops from the door to what is on file: checked, scrubbed, asked about, recorded, in any order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from licensing.intake.hooks.connections import address_of, connect
from licensing.intake.hooks.process import process_due
from licensing.intake.stores import KINDS
from licensing.models import Connection, HookEvent, License, Purchase, PurchaseRefund, PurchaseState
from tests import factories
from tests.licensing.stores import (
    test_fastspring,
    test_lemon_squeezy,
    test_paddle_billing,
    test_paddle_classic,
    test_stripe,
)
from tests.licensing.stores.samples import sample
from tests.licensing.stores.shop_apis import answering

pytestmark = pytest.mark.django_db


class Story(NamedTuple):
    """What a shop tells of one order, what it sold, and what that comes to: the state, and licenses that count."""

    kind: str
    told: tuple[str, ...]
    sold: tuple[tuple[str, str], ...]
    state: PurchaseState
    left: int
    secret: str = "not a secret, only for tests"


FASTSPRING = (("clipcutter-windows", ""), ("clipcutter-macos", ""))
STRIPE = (("prod_sample_clipcutter", "price_sample_win"),)
PADDLE = (
    ("pro_sample0000000000000000001", "pri_sample0000000000000000001"),
    ("pro_sample0000000000000000002", "pri_sample0000000000000000002"),
)
LEMON = (("3001", "4001"),)
CLASSIC = (("5001", ""),)


def files(beginning: str, *names: str, ending: str = "json") -> tuple[str, ...]:
    return tuple(f"{beginning}-{name}.{ending}" for name in names)


def classic(state: PurchaseState, left: int, *names: str) -> Story:
    told = files("paddle-classic", *names, ending="form")
    return Story("paddle-classic", told, CLASSIC, state, left, test_paddle_classic.private_key())


STORIES = {
    "fastspring, in part": lambda: Story(
        "fastspring", files("fastspring", "order", "refund-part"), FASTSPRING, PurchaseState.PAID, 2
    ),
    "fastspring, whole": lambda: Story(
        "fastspring",
        files("fastspring", "order", "refund-part", "refund"),
        FASTSPRING,
        PurchaseState.REFUNDED,
        0,
    ),
    "fastspring, charged back": lambda: Story(
        "fastspring", files("fastspring", "order", "chargeback"), FASTSPRING, PurchaseState.DISPUTED, 0
    ),
    "stripe, in part": lambda: Story(
        "stripe", files("stripe", "session", "refund-part"), STRIPE, PurchaseState.PAID, 2
    ),
    "stripe, whole": lambda: Story(
        "stripe", files("stripe", "session", "refund-part", "refund"), STRIPE, PurchaseState.REFUNDED, 0
    ),
    "stripe, lost": lambda: Story(
        "stripe",
        files("stripe", "session", "dispute", "dispute-lost"),
        STRIPE,
        PurchaseState.DISPUTED,
        0,
    ),
    "stripe, won": lambda: Story(
        "stripe", files("stripe", "session", "dispute", "dispute-won"), STRIPE, PurchaseState.PAID, 3
    ),
    "paddle, whole": lambda: Story(
        "paddle", files("paddle", "transaction", "refund"), PADDLE, PurchaseState.REFUNDED, 0
    ),
    "paddle, won": lambda: Story(
        "paddle",
        files("paddle", "transaction", "chargeback", "chargeback-won"),
        PADDLE,
        PurchaseState.PAID,
        3,
    ),
    "lemonsqueezy, in part": lambda: Story(
        "lemonsqueezy", files("lemonsqueezy", "order", "refund-part", "key"), LEMON, PurchaseState.PAID, 2
    ),
    "lemonsqueezy, whole": lambda: Story(
        "lemonsqueezy",
        files("lemonsqueezy", "order", "refund-part", "refund"),
        LEMON,
        PurchaseState.REFUNDED,
        0,
    ),
    "paddle-classic, in part": lambda: classic(PurchaseState.PAID, 3, "payment", "refund-part", "licence"),
    "paddle-classic, whole": lambda: classic(PurchaseState.REFUNDED, 0, "payment", "refund", "dispute"),
    "paddle-classic, won": lambda: classic(PurchaseState.PAID, 3, "payment", "dispute", "dispute-won"),
}


@pytest.fixture(autouse=True)
def apis(settings: LazySettings) -> Iterator[None]:
    answers: dict[str, Any] = {
        **test_fastspring.ORDER_AT_THE_SHOP,
        **test_lemon_squeezy.ANSWERS,
        **test_paddle_billing.ANSWERS,
        **test_stripe.ANSWERS,
    }
    with answering(answers) as port:
        settings.SHOP_API_PORTS = {shop.api_host: port for shop in KINDS.values() if shop.api_host}
        yield


def connected(story: Story, number: int) -> Connection:
    """A store of its own, which sells what the story is about."""
    store = factories.store(name=f"{story.kind} {number}", kind=story.kind)
    for product_ref, variant in story.sold:
        factories.mapping(edition=factories.edition(), product_ref=product_ref, variant=variant, store=store)
    return connect(store=store, name="main", test=False, secret=story.secret, api_key="only-for-tests")


def post(connection: Connection, name: str, secret: str) -> int:
    shop = KINDS[connection.store.kind]
    received = shop.sent(sample(name), secret=secret, now=timezone.now())
    headers = {each: value for each, value in received.headers.items() if each != "content-type"}
    path = urlsplit(address_of(connection)).path
    return (
        Client(headers=headers).post(path, data=received.body, content_type=received.content_type).status_code
    )


def left(connection: Connection) -> int:
    """The licenses of its orders that still count."""
    mine = License.objects.filter(line__purchase__store=connection.store, refunded_at=None)
    state = Purchase.objects.get(store=connection.store).state
    return mine.count() if state == PurchaseState.PAID else 0


def disorders(told: tuple[str, ...]) -> list[tuple[str, ...]]:
    """As it happened, the other way round, and with the last first. Every order is tried in `intake/test_disorder`."""
    return list(dict.fromkeys([told, told[::-1], (*told[-1:], *told[:-1])]))


def books(connection: Connection) -> object:
    facts = ("state", "paid_at", "refunded_at", "refunded_units", "disputed_at", "won_at")
    [purchase] = Purchase.objects.filter(store=connection.store)
    refunds = PurchaseRefund.objects.filter(purchase=purchase).values_list("line", "reference", "units")
    ended = License.objects.filter(line__purchase=purchase).values_list(
        "line__position", "unit", "refunded_at"
    )
    return [getattr(purchase, fact) for fact in facts], sorted(refunds), sorted(ended, key=str)


@pytest.mark.parametrize("name", STORIES)
def test_whatever_comes_first_the_same_is_on_file(name: str) -> None:
    story = STORIES[name]()
    ends = []
    for number, disorder in enumerate(disorders(story.told)):
        connection = connected(story, number)
        for each in (*disorder, disorder[0]):
            assert post(connection, each, story.secret) == 200
            process_due()
        events = HookEvent.objects.filter(connection=connection)
        assert {(each.state, each.reason) for each in events} == {("done", "")}
        assert len(events) == len(story.told)
        assert Purchase.objects.get(store=connection.store).state == story.state
        assert left(connection) == story.left
        ends.append(books(connection))
    assert all(each == ends[0] for each in ends)
