"""Card numbers never come further than the door, in whatever form a shop writes; keys and order numbers do."""

import contextlib
import html
import json
import random
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, parse_qsl, quote, urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.intake.cards import scrub
from licensing.intake.hooks.payloads import scrubbed
from tests.licensing.test_cards import ALL_CARDS

CARD = "4111111111111111"
LUCKY_ORDER = "4242424242424242"  # an order number that looks like a card by chance
SPARED = frozenset({"order", "key"})

Writer = Callable[[str], bytes]
WRITERS: dict[str, Writer] = {
    "json text": lambda number: json.dumps({"note": f"card {number}, thanks"}).encode(),
    "json key": lambda number: json.dumps({number: 1}).encode(),
    "json list": lambda number: json.dumps([1, ["x", {"deep": [number]}]]).encode(),
    "json escaped": lambda number: f'{{"note": "{escaped(number)}"}}'.encode(),
    "json cut off": lambda number: json.dumps({"order": "7", "note": f"pay {number} now"}).encode()[:-6],
    "json with a BOM": lambda number: json.dumps({"note": number}).encode("utf-8-sig"),
    "json in UTF-16": lambda number: json.dumps({"note": number}).encode("utf-16-le"),
    "json in Latin-1": lambda number: b'{"name": "Ren\xe9", "note": "' + number.encode() + b'"}',
    "json of words": lambda number: f"{{note: {number}}}".encode(),
    "form": lambda number: urlencode({"email": "a@example.com", "note": f"card {number}"}).encode(),
    "form name": lambda number: urlencode({number: "1"}).encode(),
    "form percent": lambda number: b"note=" + "".join(f"%{ord(each):02x}" for each in number).encode(),
    "form with json": lambda number: urlencode({"data": json.dumps({"note": number})}).encode(),
    "xml text": lambda number: f"<a><note>{number}</note></a>".encode(),
    "xml attribute": lambda number: f'<a note="{number}"/>'.encode(),
    "xml references": lambda number: f"<a>{''.join(f'&#{ord(each)};' for each in number)}</a>".encode(),
    "xml parted": lambda number: f"<a>{number[:7]}<!-- x -->{number[7:]}</a>".encode(),
    "xml section": lambda number: f"<a><![CDATA[{number}]]></a>".encode(),
    "xml comment": lambda number: f"<a><!-- {number} --></a>".encode(),
    "xml in Latin-1": lambda number: (
        b'<?xml version="1.0" encoding="iso-8859-1"?><a n="\xe9">' + number.encode() + b"</a>"
    ),
    "xml with a type": lambda number: f"<!DOCTYPE a [<!ENTITY b 'c'>]><a>{number}&b;</a>".encode(),
    "xml broken": lambda number: f"<a><note>{number}</a>".encode(),
    "lines": lambda number: f"PRODUCT_ID=1\nNOTE=card {number}\n".encode(),
    "text": lambda number: f"hello {number}".encode(),
}


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(each):04x}" for each in text)


def readings(payload: bytes) -> list[str]:
    """The payload as its readers would take it, and as it lies there."""
    text = payload.replace(b"\0", b"").decode("utf-8", "replace")
    plain = [text, html.unescape(text), " ".join(value for pair in parse_qsl(text) for value in pair)]
    with contextlib.suppress(ValueError):
        plain.append(json.dumps(json.loads(text.lstrip("\ufeff")), ensure_ascii=False))
    with contextlib.suppress(ElementTree.ParseError, ValueError):
        plain.append("".join(ElementTree.fromstring(payload).itertext()))
    return plain


@pytest.mark.parametrize("number", ALL_CARDS)
@pytest.mark.parametrize("form", WRITERS)
def test_a_card_number_is_gone(form: str, number: str) -> None:
    payload = WRITERS[form](number)
    assert any(scrub(reading)[1] for reading in readings(payload))  # a reader of it would have seen it

    clean, cards = scrubbed(payload, apart_from=SPARED)

    assert cards >= 1
    assert [reading for reading in readings(clean) if scrub(reading)[1]] == []


def test_a_number_that_is_no_text_is_gone_and_the_json_still_json() -> None:
    clean, cards = scrubbed(f'{{"a": {CARD}, "price": 9.90, "b": [-{CARD}, 7]}}'.encode(), apart_from=SPARED)

    assert cards == 2
    assert clean.startswith(b'{"a": "[removed]", "price": 9.90, ')
    assert json.loads(clean)["a"] == "[removed]"


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps(
            {"order": LUCKY_ORDER, "line": {"key": [LUCKY_ORDER], "order": int(LUCKY_ORDER)}}
        ).encode(),
        urlencode({"order": LUCKY_ORDER, "key": LUCKY_ORDER}).encode(),
        f'<a order="{LUCKY_ORDER}"><key>{LUCKY_ORDER}</key></a>'.encode(),
    ],
    ids=["json", "form", "xml"],
)
def test_order_numbers_and_keys_survive_in_their_fields(payload: bytes) -> None:
    assert scrubbed(payload, apart_from=SPARED) == (payload, 0)


def test_only_the_field_itself_is_spared() -> None:
    said = {
        "order": {"note": CARD, "list": [LUCKY_ORDER]},
        "other": LUCKY_ORDER,
        "key": [{"x": 1}, LUCKY_ORDER],
    }

    clean, cards = scrubbed(json.dumps(said).encode(), apart_from=SPARED)

    assert cards == 3
    assert json.loads(clean)["key"] == [{"x": 1}, LUCKY_ORDER]


def test_what_stands_around_a_removed_number_is_left_as_it_was() -> None:
    form = f"a=%7e1&note={quote(f'é {CARD} ü')}&order={LUCKY_ORDER}&b=+x".encode()

    clean, cards = scrubbed(form, apart_from=SPARED)

    assert cards == 1
    assert parse_qs(clean.decode())["note"] == ["é [removed] ü"]
    assert clean.startswith(b"a=%7e1&")
    assert clean.endswith(f"&order={LUCKY_ORDER}&b=+x".encode())


def test_xml_that_held_a_number_says_the_same_otherwise() -> None:
    xml = f'<?xml version="1.0"?><a x="1 &lt; 2"><b>Ben &amp; Co</b><c>{CARD}</c></a>'.encode()

    clean, _ = scrubbed(xml, apart_from=SPARED)

    assert ElementTree.canonicalize(clean.decode().partition("?>")[2]) == (
        '<a x="1 &lt; 2"><b>Ben &amp; Co</b><c>[removed]</c></a>'
    )


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"<a>" * 100_000 + b"</a>" * 100_000,
        b'{"n": ' + b"9" * 100_000 + b"}",
        b'{"n": 1e999999999}',
        b"<?xml version='1.0' encoding='idna'?><a/>",
        b"<?xml version='1.0' encoding='no-such'?><a/>",
        b"\xff\xfe\x00\x00" * 1000,
        b'{"a": "\\ud800", "b": "\\',
        b"}" * 1000 + b"]" * 1000,
    ],
    ids=["lists", "objects", "elements", "digits", "exponent", "idna", "charset", "zeros", "half", "closed"],
)
def test_hostile_payloads_come_through_unharmed(payload: bytes) -> None:
    assert scrubbed(payload, apart_from=SPARED) == (payload, 0)


def test_a_card_deep_inside_is_found() -> None:
    payload = b"[" * 50_000 + CARD.encode() + b"]" * 50_000

    clean, cards = scrubbed(payload, apart_from=SPARED)

    assert cards == 1
    assert CARD.encode() not in clean


@given(
    st.binary(max_size=200)
    | st.text(alphabet='{}[]",:\\u0123456789 <>/&=%+e.-', max_size=200).map(str.encode)
)
def test_nothing_raises_and_nothing_else_is_changed(payload: bytes) -> None:
    clean, cards = scrubbed(payload, apart_from=SPARED)

    assert cards > 0 or clean == payload
    assert scrubbed(clean, apart_from=SPARED) == (clean, 0)


@given(st.recursive(st.text() | st.integers() | st.none() | st.floats(allow_nan=False), st.lists))
def test_json_means_the_same_afterwards(value: object) -> None:
    payload = json.dumps({"x": value}).encode()

    clean, cards = scrubbed(payload, apart_from=SPARED)

    assert cards > 0 or json.loads(clean) == {"x": value}
    json.loads(clean)


def orders_survive(count: int) -> None:
    numbers = random.Random(20261122)
    lengths = [numbers.randrange(13, 20) for _ in range(count)]
    orders = [str(numbers.randrange(10 ** (length - 1), 10**length)) for length in lengths]
    looking = sum(scrub(order)[1] for order in orders[: min(count, 20_000)])
    assert looking > 50  # so that there is something to survive
    for start in range(0, count, 10_000):
        some = orders[start : start + 10_000]
        payload = json.dumps([{"order": order, "quantity": 1} for order in some]).encode()
        assert scrubbed(payload, apart_from=SPARED) == (payload, 0)


def test_random_order_numbers_survive_in_their_own_field() -> None:
    orders_survive(50_000)


@pytest.mark.long
def test_a_million_random_order_numbers_survive_in_their_own_field() -> None:
    orders_survive(1_000_000)


assert sys.getrecursionlimit() < 50_000  # so that "deep" above is deeper than Python goes
