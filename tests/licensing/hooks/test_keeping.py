"""How long what shops sent is kept, and under which key."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import override_settings

from licensing.intake.hooks.connections import address_of, api_key_of, change_secret, secrets_of, set_api_key
from licensing.intake.hooks.dropping import NOBODY_CAME, drop_old_payloads
from licensing.intake.hooks.events import payload_of, replay
from licensing.models import Connection, HookEvent
from licensing.rotation import rotate
from recovery.retention import forget
from tests.environment import key_of
from tests.licensing.hooks.ground import SECRET, connected, refunded, sellable, sold, tell, work
from tests.licensing.hooks.test_roads import NOW

pytestmark = pytest.mark.django_db

OLD, NEW = {"k1": key_of("old").encode()[:32]}, {"k2": key_of("new").encode()[:32]}


def aged(days: int) -> None:
    then = Now() - timedelta(days=days)
    HookEvent.objects.update(received_at=then, processed_at=then)


def test_what_was_settled_is_dropped_after_thirty_days(connection: Connection) -> None:
    sellable(connection)
    tell(connection, sold("1001"))
    work()
    aged(29)
    assert drop_old_payloads() == 0

    aged(31)
    forget()

    event = HookEvent.objects.get()
    assert (event.payload, event.state) == (None, "done")
    with pytest.raises(ValueError, match="dropped"):
        payload_of(event)
    assert replay([event]) == 0


def test_a_dropped_event_is_still_known_when_it_is_repeated(connection: Connection) -> None:
    event = sold("1001")
    tell(connection, event)
    work()
    aged(31)
    drop_old_payloads()

    tell(connection, event)

    assert HookEvent.objects.get().payload is None


def test_what_waits_for_a_person_is_kept_for_half_a_year(connection: Connection) -> None:
    tell(connection, refunded("1001"))
    work()
    aged(179)
    assert drop_old_payloads() == 0

    aged(181)

    assert drop_old_payloads() == 1
    event = HookEvent.objects.get()
    assert (event.payload, event.state, event.reason) == (None, "ignored", NOBODY_CAME)


def test_what_was_never_processed_is_not_dropped(connection: Connection) -> None:
    tell(connection, sold("1001"))
    aged(400)

    assert drop_old_payloads() == 0


def test_after_a_rotation_the_old_key_opens_nothing_and_is_not_needed() -> None:
    with override_settings(ENCRYPTION_KEYS=OLD):
        connection = connected(api_key="an API key")
        change_secret(connection, secret="newer", keep_former_for=timedelta(days=1), now=NOW)
        address = address_of(connection)
        tell(connection, sold("1001"), secret="newer")
    with override_settings(ENCRYPTION_KEYS=NEW | OLD):
        done = rotate(progress=lambda rows: None)
        assert (done.events, done.connections, done.unreadable) == (1, 1, 0)
    with override_settings(ENCRYPTION_KEYS=NEW):
        connection.refresh_from_db()
        assert address_of(connection) == address
        assert secrets_of(connection, now=NOW) == ["newer", SECRET]
        assert api_key_of(connection) == "an API key"
        assert b"1001" in payload_of(HookEvent.objects.get())
        assert rotate(progress=lambda rows: None).connections == 0


def test_a_key_that_is_taken_away_is_gone(connection: Connection) -> None:
    set_api_key(connection, api_key="an API key")
    set_api_key(connection, api_key="")

    connection.refresh_from_db()
    assert (api_key_of(connection), connection.sealed_api_key) == ("", None)
