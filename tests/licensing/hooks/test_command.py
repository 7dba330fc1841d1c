"""`manage.py connections`: shops connected by hand, without a secret on any command line."""

import io
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from licensing.console.trials import SAMPLES
from licensing.intake.hooks.connections import address_of, api_key_of, secrets_of
from licensing.models import Connection, HookEvent, Purchase
from tests import factories
from tests.licensing.hooks.ground import (
    SECRET,
    UNSIGNED,
    body_of,
    connected,
    refunded,
    sold,
    states,
    tell,
    work,
)
from tests.licensing.hooks.signed_shop import KIND
from tests.licensing.hooks.test_roads import NOW

pytestmark = pytest.mark.django_db

Typed = Callable[..., str]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    """What the command prints; `piped` is its standard input."""

    def run(*words: str, piped: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(piped))
        capsys.readouterr()
        call_command("connections", *words)
        return capsys.readouterr().out

    return run


def test_a_shop_is_connected_and_its_address_printed(typed: Typed) -> None:
    factories.store(name="mine", kind=KIND)

    printed = typed("add", "mine", "main", "--secret-from-stdin", piped=f"{SECRET}\n")

    connection = Connection.objects.get()
    assert printed.splitlines()[-1] == address_of(connection)
    assert secrets_of(connection, now=NOW) == [SECRET]
    assert SECRET not in printed


def test_a_shop_that_signs_nothing_needs_no_secret(typed: Typed) -> None:
    factories.store(name="mine", kind=UNSIGNED)

    typed("add", "mine", "main", "--test")

    assert Connection.objects.get().test


def test_it_is_said_that_a_token_of_a_shop_that_signs_nothing_is_not_set_yet(typed: Typed) -> None:
    factories.store(name="mine", kind=UNSIGNED)

    printed = typed("add", "mine", "main")

    assert "No secret is set yet (Secret): connections secret mine/main" in printed
    assert printed.splitlines()[-1] == address_of(Connection.objects.get())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_token_of_a_shop_that_signs_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.store(name="mine", kind=UNSIGNED)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("licensing.management.secrets_typed.getpass", lambda prompt: SECRET)

    call_command("connections", "add", "mine", "main", stdout=io.StringIO())

    assert secrets_of(Connection.objects.get(), now=NOW) == [SECRET]


def test_a_store_that_is_missing_can_be_of_any_kind(typed: Typed) -> None:
    with pytest.raises(CommandError, match=r"stores set mine --kind KIND$"):
        typed("add", "mine", "main")


def test_a_person_confirms_what_nobody_signed(typed: Typed) -> None:
    unsigned = connected(kind=UNSIGNED)
    tell(unsigned, refunded("1001"))
    tell(unsigned, sold("1001"))
    work()
    event = HookEvent.objects.get(kind="sold")

    printed = typed("confirm", str(event.pk), str(unsigned.pk))

    assert printed.splitlines() == [
        "Some are not known, or nothing of them waits to be confirmed.",
        "1 confirmed; what was confirmed is told again within half a minute.",
    ]
    work()
    assert Purchase.objects.get().confirmed_at


def test_a_kind_that_sends_nothing_is_not_connected(typed: Typed) -> None:
    factories.store(name="mine", kind="csv")

    with pytest.raises(CommandError, match="sends no notifications"):
        typed("add", "mine", "main")


def test_addresses_are_shown_when_asked_for_only(typed: Typed, connection: Connection) -> None:
    name = f"{connection.store.name}/main"

    assert address_of(connection).split("/")[4] not in typed("show") + typed("events")
    assert typed("address", name).strip() == address_of(connection)


def test_a_secret_is_changed_and_the_former_one_kept(
    typed: Typed, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEW_SECRET", "newer")

    typed("secret", "main", "--secret-env", "NEW_SECRET", "--keep-former-hours", "48")

    connection.refresh_from_db()
    assert secrets_of(connection, now=NOW) == ["newer", SECRET]


@pytest.mark.parametrize("piped", ["", " \n"])
def test_an_empty_pipe_wipes_no_secret(typed: Typed, connection: Connection, piped: str) -> None:
    with pytest.raises(CommandError, match=r"^The secret is empty\. Nothing was changed\.$"):
        typed("secret", "main", "--secret-from-stdin", piped=piped)
    with pytest.raises(CommandError, match="Nothing was changed"):
        typed("add", connection.store.name, "second", "--secret-from-stdin", piped=piped)

    connection = Connection.objects.get()
    assert secrets_of(connection, now=NOW) == [SECRET]


def test_the_former_secret_is_kept_for_two_days_unless_said_otherwise(
    typed: Typed, connection: Connection
) -> None:
    printed = typed("secret", "main", "--secret-from-stdin", piped="newer")

    connection.refresh_from_db()
    assert printed == "Changed. The former secret is accepted for 48 more hours.\n"
    assert secrets_of(connection, now=timezone.now() + timedelta(hours=47)) == ["newer", SECRET]
    assert secrets_of(connection, now=timezone.now() + timedelta(hours=49)) == ["newer"]


def test_a_secret_that_the_shop_shows_later_is_set_later(typed: Typed) -> None:
    factories.store(name="mine", kind=KIND)
    typed("add", "mine", "main", "--secret-later")

    assert "(test-shop, not ready: no secret, no API key): last heard never, 0 refused" in typed("show")
    assert typed("secret", "main", "--secret-from-stdin", piped=SECRET) == "Set.\n"
    assert "not ready" not in typed("show")


def test_it_is_shown_what_a_connection_is_like(typed: Typed, connection: Connection) -> None:
    tell(connection, refunded("1001"))
    tell(connection, refunded("1002"), secret="another one")
    work()
    typed("pause", "main")

    shown = typed("show")

    connection.refresh_from_db()
    assert connection.refused_at
    assert "(test-shop, paused, no API key)" in shown
    assert f"1 refused, last {connection.refused_at:%Y-%m-%d %H:%M} UTC, 1 unsettled" in shown


def test_a_key_to_the_shops_api_is_set(typed: Typed, connection: Connection) -> None:
    tell(connection, {"id": "1", "type": "asks", "order": "1"})
    work()

    printed = typed("api-key", "main", "--secret-from-stdin", piped="an API key")

    connection.refresh_from_db()
    assert api_key_of(connection) == "an API key"
    assert printed == "Set. To be looked at again: 1 notification.\n"


def test_without_a_terminal_it_says_where_a_secret_may_come_from(
    typed: Typed, connection: Connection
) -> None:
    with pytest.raises(CommandError, match="--secret-from-stdin"):
        typed("secret", "main")
    with pytest.raises(CommandError, match="no variable NOT_THERE"):
        typed("secret", "main", "--secret-env", "NOT_THERE")


def test_a_name_that_several_connections_have_is_asked_for_in_full(
    typed: Typed, connection: Connection
) -> None:
    connected()

    with pytest.raises(CommandError, match="STORE/NAME"):
        typed("address", "main")
    with pytest.raises(CommandError, match="no connection 'other'"):
        typed("address", "other")


def test_events_that_wait_are_listed_and_told_again(typed: Typed, connection: Connection) -> None:
    tell(connection, refunded("1001"))
    tell(connection, {"id": "2", "type": "else"})
    work()
    waiting = HookEvent.objects.get(state="waiting")

    listed = typed("events", "--unsettled").splitlines()

    assert [line.split()[0] for line in listed] == [str(waiting.pk)]
    assert "waits for its order" in listed[0]
    assert typed("replay", str(waiting.pk)) == "To be told again within half a minute: 1 notification.\n"
    waiting.refresh_from_db()
    assert waiting.state == "received"


def test_one_notification_is_shown_with_its_codes_masked(typed: Typed, connection: Connection) -> None:
    tell(connection, sold("1001", key="AAAA-BBBB-CCCC-DDDD"))
    work()
    event = HookEvent.objects.get()

    shown = typed("events", str(event.pk))

    assert "on file" in shown
    assert "Order: 1001" in shown
    assert '"email": "anna@example.com"' in shown
    assert "AAAA-BBBB" not in shown
    with pytest.raises(CommandError, match="no such notification"):
        typed("events", str(connection.pk))


def test_a_connection_is_paused_and_resumed(typed: Typed, connection: Connection) -> None:
    typed("pause", "main")
    assert tell(connection, sold()).status_code == 404

    typed("resume", "main")
    assert tell(connection, sold()).status_code == 200


def test_another_address_ends_the_former_one(typed: Typed, connection: Connection) -> None:
    former = address_of(connection)

    printed = typed("new-address", "main").splitlines()[-1]

    connection.refresh_from_db()
    assert printed == address_of(connection) != former


def test_networks_may_be_allowed_where_the_shop_signs_nothing(typed: Typed) -> None:
    factories.store(name="mine", kind="shareit")
    assert "connections allow mine/main NETWORK" in typed("add", "mine", "main")

    typed("allow", "main", "192.0.2.7/24")
    printed = typed("allow", "main", "2001:db8::1", "192.0.2.0/24").splitlines()

    assert printed == ["192.0.2.0/24", "2001:db8::1/128"]
    assert Connection.objects.get().allowed_networks == "192.0.2.0/24\n2001:db8::1/128"
    assert typed("allow", "main", "--only", "198.51.100.1").split() == ["198.51.100.1/32"]
    assert typed("allow", "main", "--only") == "Nobody may ask for keys there.\n"


@pytest.mark.parametrize("network", ["0.0.0.0/0", "everywhere", "192.0.2.0/33"])
def test_a_network_that_is_none_or_everybody_is_not_allowed(typed: Typed, network: str) -> None:
    desk = connected(kind="shareit", allowed_networks="192.0.2.0/24")

    with pytest.raises(CommandError, match="Nothing was changed"):
        typed("allow", "main", network)
    desk.refresh_from_db()
    assert desk.allowed_networks == "192.0.2.0/24"


def test_keys_per_day_are_set_where_the_shop_signs_nothing(typed: Typed) -> None:
    desk = connected(kind="shareit")

    assert typed("keys-per-day", "main", "7") == "At most 7 keys in 24 hours.\n"
    desk.refresh_from_db()
    assert desk.keys_per_day == 7
    with pytest.raises(CommandError, match="0 to 100,000"):
        typed("keys-per-day", "main", "100001")


def test_a_shop_that_signs_needs_no_list_of_addresses(typed: Typed) -> None:
    connected(kind="fastspring")

    with pytest.raises(CommandError, match="signs what it sends"):
        typed("allow", "main", "192.0.2.0/24")


def test_the_recorded_sample_comes_in_as_a_test_order(typed: Typed) -> None:
    connected(kind="fastspring")

    printed = typed("test", "main")

    assert "It is on file: a test order" in printed
    assert Purchase.objects.get().test


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def running(settings: LazySettings) -> Iterator[WSGIServer]:
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        settings.PUBLIC_URL = f"http://127.0.0.1:{server.server_port}"
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_recorded_notification_is_sent_as_the_shop_would(
    typed: Typed, running: WSGIServer, tmp_path: Path
) -> None:
    connected()
    recorded = tmp_path / "sold.json"
    recorded.write_bytes(body_of(sold("1001")))

    assert typed("send", "main", str(recorded)) == "200 OK: received.\n"
    assert states() == [("received", "")]


@pytest.mark.django_db(transaction=True)
def test_a_recorded_request_for_a_key_is_answered_as_one(typed: Typed, running: WSGIServer) -> None:
    connected(kind="fastspring", test=True)

    printed = typed("send", "main", str(SAMPLES / "fastspring-key.form"))

    assert printed == "200 TEST-ORDER-NO-KEY-1\nTEST-ORDER-NO-KEY-2\n"
    assert states() == []


@pytest.mark.django_db(transaction=True)
def test_a_request_of_a_shop_that_signs_nothing_is_answered_once_its_address_is_allowed(
    typed: Typed, running: WSGIServer
) -> None:
    connected(kind="shareit", test=True)
    recorded = str(SAMPLES / "shareit-key.form")
    refused = typed("send", "main", recorded)

    typed("allow", "main", "127.0.0.1")

    assert "This address may not ask for keys." in refused
    assert typed("send", "main", recorded) == "200 TEST-ORDER-NO-KEY-1\nTEST-ORDER-NO-KEY-2\n"


def test_says_that_nothing_answers(
    typed: Typed, connection: Connection, settings: LazySettings, tmp_path: Path
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    (tmp_path / "x").write_bytes(b"{}")

    with pytest.raises(CommandError, match="Is the service running"):
        typed("send", "main", str(tmp_path / "x"))
    with pytest.raises(CommandError, match="cannot be read"):
        typed("send", "main", str(tmp_path / "not there"))
