"""Whatever a stranger sends to the address of any kind of shop: never a 5xx, and nothing is lost after a 200."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.content_type import PlainContentType
from licensing.intake.hooks.connections import address_of
from licensing.intake.hooks.process import process_due
from licensing.intake.stores import KINDS
from licensing.models import Connection, EventState, HookEvent
from tests.licensing.hooks.ground import connected
from tests.licensing.hooks.signed_shop import KIND

NOTIFYING = sorted(kind for kind, shop in KINDS.items() if shop.notifies)
ANY_KIND = [KIND, *NOTIFYING]
BRIEFLY = settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

words = st.sampled_from(
    [
        *(
            "id",
            "type",
            "data",
            "order",
            "events",
            "event_id",
            "event_type",
            "object",
            "attributes",
            "email",
            "items",
        ),
        *(
            "quantity",
            "created",
            "meta",
            "sale_id",
            "p_signature",
            "test",
            "refunded",
            "reference",
            "live",
            "p_order_id",
        ),
    ]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["1", "\0", "\ud800", "1e999"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6)
)
objects = st.dictionaries(words, values, max_size=8)
as_json = objects.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
as_form = st.dictionaries(words | st.text(), st.text(), max_size=8).map(
    lambda value: urlencode(value, errors="replace").encode()
)
as_xml = st.lists(st.tuples(words, st.text(string.printable)), max_size=6).map(
    lambda pairs: ("<a>" + "".join(f"<{name}>{text}</{name}>" for name, text in pairs) + "</a>").encode()
)
bombs = st.sampled_from(
    [
        b"[" * 60_000,
        b'{"data":' * 20_000 + b"1" + b"}" * 20_000,
        b"<a>" * 20_000,
        b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'{"id": ' + b"9" * 20_000 + b"}",
        b"a=" + b"%00" * 100,
        b"&".join(b"a=1" for _ in range(5_000)),
        b"\xff\xfe" + b"\0" * 100,
        b"",
    ]
)
bodies = st.binary(max_size=300) | as_json | as_form | as_xml | bombs
types = st.sampled_from(
    [
        *(
            "application/json",
            "application/x-www-form-urlencoded",
            "text/xml",
            "multipart/form-data; boundary=x",
            "",
        ),
        *("application/json; charset=rot13", "text/xml; charset=utf-16", "x" * 500, "a/b; c*=nowhere'en'x"),
    ]
)
header_text = st.text(string.printable.strip(), max_size=60)
headers = st.dictionaries(
    st.sampled_from(
        [
            *(
                "X_SIGNATURE",
                "X_FS_SIGNATURE",
                "PADDLE_SIGNATURE",
                "STRIPE_SIGNATURE",
                "X_WC_WEBHOOK_SIGNATURE",
            ),
            *(
                "X_SENDOWL_HMAC_SHA256",
                "X_SENDOWL_EVENT",
                "X_WC_WEBHOOK_TOPIC",
                "X_SIGN",
                "AUTHORIZATION",
                "COOKIE",
            ),
        ]
    ),
    header_text | st.sampled_from(["t=1,v1=é", "ts=;h1=", "t=" + "9" * 400 + ",v1=0", "====", "é"]),
    max_size=5,
)


class Served(Client):
    """As config/wsgi.py serves it: content types that Django must not see are taken out in front of it."""

    def request(self, **environ: Any) -> Any:
        PlainContentType(lambda environ, start_response: ())(environ, print)
        return super().request(**environ)


def send(
    connection: Connection, method: str, body: bytes, kind: str, query: str, more: dict[str, str]
) -> int:
    environ: dict[str, Any] = {f"HTTP_{name}": value for name, value in more.items()}
    path = urlsplit(address_of(connection)).path
    client = Served(raise_request_exception=False)
    response = client.generic(method, path, body, content_type=kind, QUERY_STRING=query, **environ)
    return int(response.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ANY_KIND)
def test_what_strangers_send_never_breaks_it(kind: str) -> None:
    connection = connected(kind=kind)

    @BRIEFLY
    @given(
        method=st.sampled_from(["POST", "GET"]), body=bodies, sent_as=types, query=header_text, more=headers
    )
    def strangers(method: str, body: bytes, sent_as: str, query: str, more: dict[str, str]) -> None:
        assert send(connection, method, body, sent_as, query, more) < 500

    strangers()
    process_due()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ANY_KIND)
def test_what_a_shop_signs_is_never_lost_however_odd_it_is(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if every signature were right: nothing that a shop may send one day ends without an event or an answer."""
    monkeypatch.setattr(type(KINDS[kind]), "is_authentic", lambda self, received, *, secrets, now: True)
    monkeypatch.setattr(KINDS[kind], "key_desk", None)
    connection = connected(kind=kind)
    method = KINDS[kind].methods[0]

    @BRIEFLY
    @given(body=bodies, sent_as=types, query=header_text, more=headers)
    def odd(body: bytes, sent_as: str, query: str, more: dict[str, str]) -> None:
        assert send(connection, method, body, sent_as, query, more) == 200

    odd()
    process_due()
    assert HookEvent.objects.exists()
    assert not HookEvent.objects.filter(state=EventState.RECEIVED, attempts=0).exists()
    if kind != KIND:  # which is as careless as a reader may be
        broken = HookEvent.objects.filter(reason__startswith="It could not be")
        assert list(broken.values_list("reason", flat=True)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [kind for kind in NOTIFYING if KINDS[kind].key_desk])
def test_odd_requests_for_keys_are_answered(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(KINDS[kind]), "is_authentic", lambda self, received, *, secrets, now: True)
    connection = connected(kind=kind, allowed_networks="127.0.0.1")

    @BRIEFLY
    @given(method=st.sampled_from(KINDS[kind].methods), body=bodies, sent_as=types, query=as_form)
    def odd(method: str, body: bytes, sent_as: str, query: bytes) -> None:
        answered = send(connection, method, body, sent_as, query.decode(), {})
        assert answered < 500 or answered == 503  # by which some shops know that the key is to come

    odd()
