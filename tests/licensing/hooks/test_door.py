"""What the address of a connection answers, and to whom."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client

from licensing.intake.hooks.connections import (
    address_of,
    change_secret,
    connect,
    new_address,
    secrets_of,
    set_api_key,
)
from licensing.intake.hooks.events import payload_of
from licensing.intake.shop import Received
from licensing.models import Connection, HookEvent, Purchase
from tests import factories
from tests.licensing.hooks.ground import SECRET, body_of, connected, post, sold, states, tell, work
from tests.licensing.hooks.signed_shop import sign

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def path_of(connection: Connection) -> str:
    return urlsplit(address_of(connection)).path


def test_what_a_shop_signed_is_kept_and_answered_without_cookies(connection: Connection) -> None:
    response = tell(connection, sold("1001"), sold("1002"))

    assert (response.status_code, response.content) == (200, b"OK: received.\n")
    assert response.cookies == {}
    assert len(states()) == 2
    connection.refresh_from_db()
    assert connection.heard_at is not None


def test_an_unknown_address_is_answered_as_every_page_that_is_not_there(connection: Connection) -> None:
    switched_off = connected()
    Connection.objects.filter(pk=switched_off.pk).update(active=False)
    elsewhere = Client().post("/nothing/here/", data=b"x", content_type="text/plain")

    for path in ("/hooks/" + "a" * 32 + "/", "/hooks/x/", "/hooks/%00/", path_of(switched_off)):
        response = Client().post(path, data=b"x", content_type="text/plain")
        assert (response.status_code, response.content) == (404, elsewhere.content)
        assert dict(response.headers) == dict(elsewhere.headers)


def test_a_forged_signature_is_refused_and_counted(connection: Connection) -> None:
    for secret in ("another secret", ""):
        assert tell(connection, sold(), secret=secret).status_code == 400

    connection.refresh_from_db()
    assert connection.refusals == 2
    assert connection.refused_at is not None
    assert connection.heard_at is None
    assert states() == []


def test_nothing_is_parsed_before_the_signature_is_known(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(self: object, received: Received) -> list[object]:
        raise AssertionError("parsed")

    monkeypatch.setattr("tests.licensing.hooks.signed_shop.SignedShop.events", parse)

    assert post(connection, b'{"events": []}', secret="wrong").status_code == 400


def test_a_signature_over_other_octets_is_none(connection: Connection) -> None:
    body = body_of(sold())
    signature = sign(body, SECRET)

    response = Client().post(
        path_of(connection), body + b" ", content_type="application/json", headers={"x-sign": signature}
    )

    assert response.status_code == 400


def test_a_replayed_notification_is_the_same_event(connection: Connection) -> None:
    sellable = sold("1001")
    for _ in range(3):
        assert tell(connection, sellable).status_code == 200
        work()

    assert HookEvent.objects.count() == 1
    assert Purchase.objects.count() == 1


def test_two_connections_may_be_told_the_same_id(connection: Connection) -> None:
    event = sold("1001")
    tell(connection, event)
    tell(connected(), event)

    assert len(states()) == 2


def test_both_secrets_are_good_while_one_is_changed(connection: Connection) -> None:
    now = datetime.now(UTC)
    change_secret(connection, secret="the new one", keep_former_for=timedelta(hours=48), now=now)

    for secret in (SECRET, "the new one"):
        assert tell(connection, sold(), secret=secret).status_code == 200
    connection.refresh_from_db()
    assert secrets_of(connection, now=now + timedelta(hours=49)) == ["the new one"]
    assert secrets_of(connection, now=now) == ["the new one", SECRET]


def test_a_changed_secret_is_the_only_one_unless_the_former_is_kept(connection: Connection) -> None:
    change_secret(connection, secret="the new one", keep_former_for=timedelta(0), now=NOW)

    assert tell(connection, sold()).status_code == 400


def test_a_new_address_ends_the_old_one(connection: Connection) -> None:
    old = path_of(connection)

    new_address(connection)

    body = body_of(sold())
    headers = {"x-sign": sign(body, SECRET)}
    assert Client().post(old, body, content_type="application/json", headers=headers).status_code == 404
    assert tell(connection, sold()).status_code == 200


def test_the_last_slash_may_be_missing(connection: Connection) -> None:
    body = body_of(sold())

    response = Client().post(
        path_of(connection).rstrip("/"),
        body,
        content_type="application/json",
        headers={"x-sign": sign(body, SECRET)},
    )

    assert response.status_code == 200


def test_methods_that_the_shop_does_not_use_are_refused(connection: Connection) -> None:
    for method in ("get", "head", "put", "options", "delete"):
        response = getattr(Client(), method)(path_of(connection))
        assert response.status_code == 405
        assert response.headers["Allow"] == "POST"


def test_twenty_megabytes_are_not_read(connection: Connection) -> None:
    body = Endless()

    announced = posted(connection, body, CONTENT_LENGTH=str(20 * 1024 * 1024))
    in_chunks = posted(connection, body, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")

    assert [announced, in_chunks] == [413, 413]
    assert body.given <= 2 * 1024 * 1024


def test_what_comes_in_chunks_is_read_to_its_end(connection: Connection) -> None:
    body = body_of(sold())
    more = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "HTTP_X_SIGN": sign(body, SECRET)}

    assert posted(connection, io.BytesIO(body), **more) == 200


def test_what_is_shorter_than_announced_is_not_signed(connection: Connection) -> None:
    body = body_of(sold())
    half = {"CONTENT_LENGTH": str(len(body)), "HTTP_X_SIGN": sign(body, SECRET)}

    assert posted(connection, io.BytesIO(body[:20]), **half) == 400


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 5000, "٣"])
def test_a_length_that_is_none_breaks_nothing(connection: Connection, length: str) -> None:
    assert posted(connection, io.BytesIO(b"x"), CONTENT_LENGTH=length) in (400, 413)


def posted(connection: Connection, body: object, **environ: object) -> int:
    more: dict[str, Any] = {"wsgi.input": body, "CONTENT_TYPE": "application/json", **environ}
    return Client().generic("POST", path_of(connection), **more).status_code


class Endless:
    """A body that is sent in chunks and has no end."""

    given = 0

    def read(self, size: int) -> bytes:
        self.given += size
        return b"x" * size

    readline = read


def test_a_megabyte_is_taken_though_our_forms_take_less(connection: Connection) -> None:
    response = tell(connection, sold(note="x" * 1_000_000))

    assert response.status_code == 200
    assert len(payload_of(HookEvent.objects.get())) > 1_000_000


def test_what_cannot_be_taken_apart_is_kept_once_and_said(connection: Connection) -> None:
    for _ in range(2):
        response = post(connection, b'{"events": [', content_type="application/json")
        assert response.status_code == 200  # so that the shop does not send it for ever

    assert states() == [("unclear", "It is no list of events.")]
    event = HookEvent.objects.get()
    assert event.whole
    assert b'{\\"events\\": [' in payload_of(event)


def test_a_reader_that_breaks_loses_nothing(connection: Connection) -> None:
    response = post(connection, b'{"events": [{"no": "id"}]}')

    assert response.status_code == 200
    assert states() == [("unclear", "It could not be read (KeyError).")]


def test_a_reader_that_gives_what_no_column_takes_loses_nothing(connection: Connection) -> None:
    response = post(connection, b'{"events": [{"id": "1", "type": 7}]}')

    assert response.status_code == 200
    assert [state for state, _ in states()] == ["unclear"]


def test_more_events_than_any_shop_sends_are_kept_in_one_piece(connection: Connection) -> None:
    assert tell(connection, *[{"id": str(n), "type": "x"} for n in range(1001)]).status_code == 200

    assert states() == [("unclear", "It holds more than 1,000 events.")]


def test_ids_that_no_column_takes_are_kept_all_the_same(connection: Connection) -> None:
    odd = ["x" * 300, "a\0b", "\ud800", "", "a\nb"]
    for _ in range(2):
        tell(connection, *[sold(id=each, type="a\0kind" + "y" * 100) for each in odd])

    assert HookEvent.objects.count() == len(odd)
    assert {len(event.event_id) for event in HookEvent.objects.all()} == {64}


def test_what_is_kept_is_encrypted_and_holds_no_card(connection: Connection) -> None:
    tell(connection, sold("4242424242424242", note="paid with 4111 1111 1111 1111", key="AAAA-BBBB-CCCC"))

    event = HookEvent.objects.get()
    assert event.cards_removed == 1
    assert b"anna@example.com" not in bytes(event.payload or b"")
    kept = payload_of(event)
    assert b"1111 1111" not in kept
    assert b"4242424242424242" in kept


def test_neither_address_nor_secrets_lie_open_in_the_database(connection: Connection) -> None:
    set_api_key(connection, api_key="an API key")
    address = path_of(connection).split("/")[2]

    row = Connection.objects.filter(pk=connection.pk).values().get()

    stored = b"".join(bytes(value) for value in row.values() if isinstance(value, bytes | memoryview))
    assert [secret for secret in (address, SECRET, "an API key") if secret.encode() in stored] == []
    assert address not in str(row)


def test_the_shop_is_asked_to_send_again_while_the_database_is_away(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(HookEvent.objects, "bulk_create", away)

    assert tell(connection, sold()).status_code == 503


def test_the_row_of_a_busy_connection_is_not_written_every_time(connection: Connection) -> None:
    tell(connection, sold())
    connection.refresh_from_db()
    first = connection.heard_at

    tell(connection, sold())

    connection.refresh_from_db()
    assert connection.heard_at == first


def test_the_charset_that_a_shop_names_is_seen_by_its_reader(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def events(self: object, received: Received) -> list[object]:
        seen.append(received.content_type)
        return []

    monkeypatch.setattr("tests.licensing.hooks.signed_shop.SignedShop.events", events)
    sent = "application/x-www-form-urlencoded; charset=ISO-8859-1"

    assert post(connection, b"a=%e9", content_type=sent).status_code == 200
    assert seen == [sent]


def test_a_connection_of_a_kind_that_is_no_longer_known_leads_nowhere(connection: Connection) -> None:
    store = factories.store(name="gone", kind="gone")
    gone = connect(store=store, name="x", test=False)

    assert Client().post(path_of(gone), b"x", content_type="text/plain").status_code == 404


def test_the_address_is_made_of_our_own_origin(connection: Connection, settings: LazySettings) -> None:
    settings.PUBLIC_URL = "https://keys.vendor.example"

    assert address_of(connection).startswith("https://keys.vendor.example/hooks/")
    assert len(path_of(connection)) == len("/hooks//") + 32
