"""`manage.py connections`: shops connected by hand, without a secret on any command line."""

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application

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

    assert "No secret is set yet (Secret): connections secret main" in printed
    assert printed.splitlines()[-1] == address_of(Connection.objects.get())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_token_of_a_shop_that_signs_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.store(name="mine", kind=UNSIGNED)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("licensing.management.commands.connections.getpass", lambda prompt: SECRET)

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
        "1 confirmed; they are told again within half a minute.",
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


def test_a_key_to_the_shops_api_is_set(typed: Typed, connection: Connection) -> None:
    tell(connection, {"id": "1", "type": "asks", "order": "1"})
    work()

    printed = typed("api-key", "main", "--secret-from-stdin", piped="an API key")

    connection.refresh_from_db()
    assert api_key_of(connection) == "an API key"
    assert printed == "Set. 1 notifications are looked at again.\n"


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
    assert typed("replay", str(waiting.pk)) == "1 are told again within half a minute.\n"
    waiting.refresh_from_db()
    assert waiting.state == "received"


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


def test_says_that_nothing_answers(
    typed: Typed, connection: Connection, settings: LazySettings, tmp_path: Path
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    (tmp_path / "x").write_bytes(b"{}")

    with pytest.raises(CommandError, match="Is the service running"):
        typed("send", "main", str(tmp_path / "x"))
    with pytest.raises(CommandError, match="cannot be read"):
        typed("send", "main", str(tmp_path / "not there"))
