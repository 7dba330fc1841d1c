import json
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now
from django.test import Client

from config.health import LAG_ALARM
from recovery.mail.claim import renew
from recovery.models import Message, MessageState, WorkerPulse
from recovery.tasks import deliver_due
from tests.kit.ports import free_port
from tests.recovery.asking import asked
from tests.runtime.processes import web_process

MINUTE = timedelta(minutes=1)


def ready(client: Client) -> Any:
    return client.get("/health/ready", headers={"host": "recover.example.com"}).json()


def waiting_since(age: timedelta) -> Message:
    """A mail that has been due for that long."""
    asked()
    Message.objects.update(due_at=Now() - age)
    return Message.objects.get()


@pytest.mark.django_db
def test_an_empty_outbox_is_never_late(client: Client) -> None:
    answer = ready(client)

    assert answer["status"] == "ready"
    assert answer["outbox"] == {"lag_seconds": 0.0, "alarm": False}


@pytest.mark.django_db
def test_says_how_late_the_oldest_mail_is(client: Client) -> None:
    waiting_since(MINUTE)

    outbox = ready(client)["outbox"]

    assert 60 <= outbox["lag_seconds"] < LAG_ALARM.total_seconds()
    assert outbox["alarm"] is False


@pytest.mark.django_db
def test_alarms_when_mail_is_later_than_a_working_service_can_be(client: Client) -> None:
    waiting_since(LAG_ALARM + MINUTE)

    assert ready(client)["outbox"]["alarm"] is True


@pytest.mark.django_db
@pytest.mark.parametrize("state", [MessageState.SENDING, MessageState.ACCEPTED, MessageState.WITHHELD])
def test_mail_that_does_not_wait_is_not_late(client: Client, state: MessageState) -> None:
    waiting_since(LAG_ALARM + MINUTE)
    Message.objects.update(state=state)

    assert ready(client)["outbox"]["lag_seconds"] == 0


@pytest.mark.django_db
def test_mail_put_off_until_later_is_not_late(client: Client) -> None:
    waiting_since(-MINUTE)

    assert ready(client)["outbox"]["lag_seconds"] == 0


@pytest.fixture
def apart(db: None, settings: LazySettings) -> None:
    """Web process and worker are two processes, which know of each other through the database only."""
    settings.EMBEDDED = False


@pytest.mark.usefixtures("apart", "smtp")
def test_a_sweep_with_nothing_to_do_is_a_sign_of_life(client: Client) -> None:
    assert ready(client)["worker"] == "stopped"

    deliver_due()

    assert ready(client)["worker"] == "running"


@pytest.mark.usefixtures("apart")
def test_a_worker_that_waits_long_for_one_mail_is_alive(client: Client) -> None:
    renew(uuid4())

    assert ready(client)["worker"] == "running"


@pytest.mark.usefixtures("apart", "smtp")
def test_says_within_a_minute_that_no_worker_is_alive_though_no_mail_is_late(client: Client) -> None:
    deliver_due()
    WorkerPulse.objects.update(seen_at=Now() - MINUTE)

    answer = ready(client)

    assert (answer["status"], answer["worker"], answer["outbox"]["alarm"]) == ("ready", "stopped", False)


@pytest.mark.usefixtures("apart", "smtp")
def test_a_sign_of_life_is_written_every_ten_seconds_at_most() -> None:
    def seen() -> datetime:
        deliver_due()
        return WorkerPulse.objects.get().seen_at

    first, again = seen(), seen()
    WorkerPulse.objects.update(seen_at=first - timedelta(seconds=11))

    assert again == first
    assert seen() > first


@pytest.mark.django_db
def test_tells_nobody_who_asked(client: Client) -> None:
    waiting_since(MINUTE)

    assert "@" not in json.dumps(ready(client))


@pytest.mark.journey
def test_without_a_database_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    nobody = f"postgres://recovery:x@127.0.0.1:{free_port()}/recovery"
    redis = f"redis://127.0.0.1:{free_port()}/0"

    with web_process(tmp_path, MODE="server", DATABASE_URL=nobody, REDIS_URL=redis) as (_, url):
        live, not_ready = status_of(url, "/health/live"), status_of(url, "/health/ready")

    assert (live, not_ready) == (200, 503)


def status_of(url: str, path: str) -> int:
    line = HTTPConnection(url.removeprefix("http://"), timeout=30)
    line.request("GET", path)
    return line.getresponse().status
