"""What is asked of a shop's API, over a real connection, and what its answers come to."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db.models import F

from licensing.intake.ask import LONGEST, ask, ask_for, target_of
from licensing.intake.hooks.connections import set_api_key
from licensing.intake.shop import NotUnderstood, ShopSilent
from licensing.keys.sources.hosts import Target
from licensing.models import Connection, HookEvent
from licensing.tasks import asking, process_events
from tests.kit.waiting import wait_until
from tests.licensing.hooks.ground import UNSIGNED, connected, sellable, sold, states, tell, work
from tests.licensing.hooks.shop_api import ShopApi
from tests.licensing.hooks.signed_shop import HOST, SignedShop

KEY = "an API key of tests"
ORDER = {"order": "1001", "product": "thing", "email": "anna@example.com"}


@pytest.fixture
def api(settings: LazySettings) -> Iterator[ShopApi]:
    """The shop's API, on this machine."""
    with ShopApi() as api:
        settings.SHOP_API_PORTS = {HOST: api.port}
        yield api


def test_asks_with_the_key_and_takes_json(api: ShopApi) -> None:
    api.says({"id": 7})

    assert ask(HOST, KEY, "/orders/7?expand=items") == {"id": 7}
    [(path, headers)] = api.asked
    assert (path, headers["Authorization"]) == ("/orders/7?expand=items", f"Bearer {KEY}")


def test_a_key_of_two_parts_is_sent_as_a_user_and_a_password(api: ShopApi) -> None:
    ask(HOST, "user:pass", "/orders/7")

    assert api.asked[0][1]["Authorization"] == f"Basic {base64.b64encode(b'user:pass').decode()}"


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, NotUnderstood, "does not know"),
        (401, ShopSilent, "did not take the API key"),
        (403, ShopSilent, "did not take the API key"),
        (429, ShopSilent, "answered with 429"),
        (500, ShopSilent, "answered with 500"),
        (503, ShopSilent, "answered with 503"),
        (302, ShopSilent, "answered with 302"),
        (204, ShopSilent, "answered with 204"),
    ],
)
def test_what_is_no_answer_is_told_apart(
    api: ShopApi, status: int, error: type[Exception], words: str
) -> None:
    api.says({}, status=status, Location="http://169.254.169.254/")

    with pytest.raises(error, match=words):
        ask(HOST, KEY, "/orders/7")
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    "content", [b"<html>", b"", b"[" * 100_000, b"\xff"], ids=["html", "empty", "deep", "octets"]
)
def test_what_is_no_json_is_asked_for_again(api: ShopApi, content: bytes) -> None:
    api.says(content)

    with pytest.raises(ShopSilent, match="JSON"):
        ask(HOST, KEY, "/orders/7")


def test_an_endless_answer_is_not_read(api: ShopApi) -> None:
    api.says(b" " * (LONGEST + 1))

    with pytest.raises(NotUnderstood, match="1 MB"):
        ask(HOST, KEY, "/orders/7")


@pytest.mark.parametrize(
    "path",
    [
        "orders",
        "//evil.example/",
        "/a/../b",
        "/a\r\nHost: x",
        "/a b",
        "/é",
        "/a#b",
        "/a\\b",
        "/%2e%2e/x",
        "/a%2Fb",
        "",
    ],
)
def test_paths_that_lead_astray_are_not_asked_for(api: ShopApi, path: str) -> None:
    with pytest.raises(NotUnderstood, match="cannot be asked"):
        ask(HOST, KEY, path)
    assert api.asked == []


def test_a_shop_that_is_away_is_silent(settings: LazySettings) -> None:
    with ShopApi() as api:
        settings.SHOP_API_PORTS = {HOST: api.port}

    with pytest.raises(ShopSilent, match="not reached"):
        ask(HOST, KEY, "/orders/7")


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "localhost"])
def test_no_shop_is_asked_inside_a_network(host: str) -> None:
    with pytest.raises(ShopSilent, match="inside a network"):
        ask(host, KEY, "/latest/meta-data")


@pytest.mark.django_db
def test_a_connection_without_a_key_asks_nobody(connection: Connection) -> None:
    assert ask_for(connection, SignedShop()) is None
    set_api_key(connection, api_key=KEY)
    assert ask_for(connection, SignedShop()) is not None


@pytest.mark.django_db
def test_a_test_connection_asks_the_shops_test_host(api: ShopApi, settings: LazySettings) -> None:
    settings.SHOP_API_PORTS = {"sandbox.test-shop.example": api.port}
    shop = SignedShop()
    shop.test_api_host = "sandbox.test-shop.example"
    api.says({})

    question = ask_for(connected(test=True, api_key=KEY), shop)

    assert question is not None
    assert question("/x") == {}


@pytest.mark.django_db
def test_what_a_notification_leaves_out_is_asked_for(api: ShopApi, connection: Connection) -> None:
    sellable(connection, keys=1)
    set_api_key(connection, api_key=KEY)
    api.says(ORDER)
    tell(connection, {"id": "1", "type": "asks", "order": "1001"})

    assert work() == [("done", "")]


@pytest.mark.django_db
def test_what_the_shop_itself_says_needs_no_signature(api: ShopApi) -> None:
    unsigned = connected(kind=UNSIGNED, api_key=KEY)
    sellable(unsigned, keys=1)
    api.says(ORDER)
    tell(unsigned, {"id": "1", "type": "asks", "order": "1001"})

    assert work() == [("done", "")]


@pytest.mark.django_db
def test_a_silent_shop_is_asked_again_later_and_holds_up_no_other(
    api: ShopApi, connection: Connection
) -> None:
    set_api_key(connection, api_key=KEY)
    api.says({}, status=503)
    tell(connection, *[{"id": str(number), "type": "asks", "order": "1001"} for number in range(5)])
    other = connected()
    sellable(other)
    tell(other, sold("7"))

    found = work()

    assert found == [("received", "The shop's API answered with 503."), *[("received", "")] * 4, ("done", "")]
    assert len(api.asked) == 1
    api.says(ORDER)
    HookEvent.objects.update(due_at=F("received_at"))
    assert {state for state, _ in work()} == {"done"}


@pytest.mark.django_db(transaction=True)
def test_the_task_asks_beside_its_other_work(api: ShopApi) -> None:
    slow, quick = connected(api_key=KEY), connected()
    sellable(slow)
    sellable(quick)
    api.hangs()
    tell(slow, {"id": "1", "type": "asks", "order": "1001"})
    tell(quick, sold("7"))

    process_events()

    assert [state for state, _ in states()] == ["received", "done"]
    api.goes_on(ORDER)
    wait_until(lambda: states()[0][0] == "done", what="the slow shop's order")
    wait_until(lambda: not asking.locked(), what="the end of asking")


def test_shops_are_asked_by_https_only() -> None:
    assert target_of("api.example.com", "/x") == Target("https", "api.example.com", 443, "/x", internal=False)
