"""Shapes that no shop sends, but a stranger might: whatever is in a notification, it is read or refused in words.

`survives` spoils a good notification in every way and place; one test for each recorded notification calls it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from licensing.intake.record import LateCodes, PaymentNews, PurchaseRecord, RowRejected, Told
from licensing.intake.shop import Ask, NeedsShop, NotUnderstood, Received, Shop, ShopSilent
from licensing.intake.stores.json_fields import loaded
from licensing.keys.code import LONGEST_CODE

NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET: Final = "not a secret, only for tests"
NOT_COVERED: Final = (
    "`sent` made it, and `is_authentic` refuses it. A kind with `signed` has a signature over all that it sends, which "
    "`sent` makes anew for every body. If yours only repeats a fixed token, it proves nothing of the rest: leave "
    "`signed` off, check the token in `is_authentic` all the same, and let `sent` put it in (look at swreg.py)."
)
DEEP: Final = "@ten thousand lists@"
HUGE: Final = "@1e999@"
WORDS: Final = ("", "\0", "a\0b", "x" * 100_000, "\ud800", "\u2028", "-1", "1e999999", "NaN", "\u0663", "é@é")
VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    [{}],
    10**30,
    -1,
    0,
    1.5,
    DEEP,
    HUGE,
    *WORDS,
)

Encode = Callable[[Any], bytes]


def survives(shop: Shop, document: Any, *, encode: Encode | None = None, ask: Ask | None = None) -> None:
    """Spoil every field in turn: what a shop may raise comes of it, or what can be stored."""
    encode = encode or as_json
    for place, spoilt in every_spoilt(document):
        try:
            received = shop.sent(encode(spoilt), secret=SECRET, now=NOW)
            if is_taken(shop, received, json_only=encode is as_json):
                is_read_or_refused(shop, received, ask)
        except Exception as error:
            error.add_note(f"with {place}")
            raise


def is_taken(shop: Shop, received: Received, *, json_only: bool) -> bool:
    """What `sent` signed is the shop's, whatever is in it. Only what is no JSON object may a shop refuse at the door,
    since it cannot look for a signature that stands within.
    """
    if not shop.signed or shop.is_authentic(received, secrets=[SECRET], now=NOW):
        return True
    assert json_only and not is_object(received.body), NOT_COVERED  # noqa: PT018  the words are the same
    return False


def is_object(body: bytes) -> bool:
    try:
        loaded(body)
    except NotUnderstood:
        return False
    return True


def survives_cuts(shop: Shop, body: bytes, *, ask: Ask | None = None) -> None:
    """Cut the body anywhere: a part is refused, or is read as what it still says."""
    for length in range(0, len(body), max(1, len(body) // 200)):
        is_read_or_refused(shop, shop.sent(body[:length], secret=SECRET, now=NOW), ask)


def survives_answers(shop: Shop, body: bytes, answers: dict[str, Any]) -> None:
    """Spoil what the shop's API answers, by path, in every way and place."""
    received = shop.sent(body, secret=SECRET, now=NOW)
    for path, answer in answers.items():
        for place, spoilt in every_spoilt(answer):
            try:
                is_read_or_refused(shop, received, asking(answers | {path: unmarked(spoilt)}))
            except Exception as error:
                error.add_note(f"with {place} in the answer to {path}")
                raise


def asking(answers: dict[str, Any]) -> Ask:
    """A shop's API that answers so, and knows nothing else."""

    def ask(path: str) -> Any:
        assert is_storable(path, 400), path
        assert path.isascii()
        if path not in answers:
            raise NotUnderstood("The shop does not know it.")
        return answers[path]

    return ask


def is_read_or_refused(shop: Shop, received: Received, ask: Ask | None) -> None:
    if shop.key_desk:
        try:
            request = shop.key_desk.asks(received)
        except (NotUnderstood, RowRejected):
            return
        if request:
            assert is_storable(request.line, 200)
            check(request.record)
            return
    try:
        events = shop.events(received)
    except NotUnderstood:
        return
    for event in events:
        assert is_storable(event.id, 200), event.id
        assert is_storable(event.kind, 80), event.kind
        try:
            told = shop.told(event, ask=ask)
        except (NotUnderstood, RowRejected, NeedsShop, ShopSilent):
            continue
        for each in told:
            check(each)


def check(told: Told) -> None:
    """That the database takes it, and that nothing in it is absurd."""
    for text in texts(told):
        assert is_storable(text, LONGEST_CODE, empty=True), text[:100]
    names = told.references if isinstance(told, PurchaseRecord) else told.names
    for kind, value in names:
        assert is_storable(kind, 40)
        assert is_storable(value, 200)
    if isinstance(told, PurchaseRecord):
        check_order(told)
    elif isinstance(told, PaymentNews):
        assert all(each.units >= 0 for each in told.payment.refunds)
    else:
        assert isinstance(told, LateCodes)
        assert all(told.codes)


def check_order(order: PurchaseRecord) -> None:
    assert is_storable(order.reference, 200)
    assert order.lines
    assert order.ordered_at.tzinfo
    for party in (order.buyer, *([order.receiver] if order.receiver else [])):
        assert is_storable(party.name, 300, empty=True)
        assert is_storable(party.company, 300, empty=True)
        assert is_storable(party.phone, 60, empty=True)
        assert is_storable(party.language, 35, empty=True)
    for line in order.lines:
        assert 1 <= line.quantity <= 10_000
        assert is_storable(line.product_ref, 200)
        assert is_storable(line.variant, 200, empty=True)
        assert is_storable(line.name, 300, empty=True)
        assert is_storable(line.registered_name, 300, empty=True)
        assert is_storable(line.reference, 200, empty=True)
        assert is_storable(line.subscription, 200, empty=True)
        assert all(line.codes)


def texts(told: Any) -> Iterator[str]:
    for each in told:
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            yield from texts(each)


def is_storable(text: str, limit: int, *, empty: bool = False) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return len(text) <= limit and "\0" not in text and (empty or bool(text))


def every_spoilt(document: Any) -> Iterator[tuple[str, Any]]:
    """The document with each of its fields removed, and replaced by each of `VALUES`."""
    for path in paths(document):
        name = "/".join(map(str, path)) or "everything"
        if path:
            spoilt = copy.deepcopy(document)
            del inside(spoilt, path[:-1])[path[-1]]
            yield f"{name} removed", spoilt
        for value in VALUES:
            spoilt = copy.deepcopy(document)
            if path:
                inside(spoilt, path[:-1])[path[-1]] = copy.deepcopy(value)
            yield f"{name} = {value!r:.40}", spoilt if path else copy.deepcopy(value)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in children:
        yield from paths(inner, (*path, name))


def inside(document: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        document = document[name]
    return document


def as_json(document: Any) -> bytes:
    text = json.dumps(document)
    return text.replace(f'"{DEEP}"', "[" * 10_000 + "]" * 10_000).replace(f'"{HUGE}"', "1e999").encode()


def unmarked(value: Any) -> Any:
    """What JSON readers make of the marks."""
    if isinstance(value, dict):
        return {name: unmarked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [unmarked(inner) for inner in value]
    if value == DEEP:
        return deep()
    return float("inf") if value == HUGE else value


def deep() -> list[Any]:
    nested: list[Any] = []
    for _ in range(10_000):
        nested = [nested]
    return nested
