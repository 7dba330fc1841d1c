"""Two deeds that wait for each other: PostgreSQL ends one of them, which begins anew or says that it was busy here.

SQLite has one writer at a time: the second waits until the first is done, and nobody is ended.
"""

from __future__ import annotations

import threading

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection, connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg.errors import DeadlockDetected

from licensing import conflicts
from licensing.audit.sealing import opened
from licensing.models import AuditEntry, License
from recovery.api import operation as calls
from recovery.models import Exchange, ExchangeState, KeptAnswer
from recovery.web.outage import OutagePage
from tests.api.caller import Caller, code_of
from tests.api.vendor.conftest import system
from tests.api.vendor.ground import Ground, laid
from tests.api.vendor.operations import operation
from tests.kit.circles import looked_for_after, somebody_waits
from tests.kit.race import released_together
from tests.kit.waiting import wait_until

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
pytestmark = pytest.mark.django_db(transaction=True)


def cancel(caller: Caller, ground: Ground, key: str = "") -> HttpResponse:
    """Takes the license, then its move."""
    return caller.tell(operation("cancelExchange").at(ground), {}, key=key, HTTP_IF_MATCH="*")


def take_move_then_license(ground: Ground, held: threading.Event) -> int:
    """The other way round. This one waits for as long as it takes, so it is never the one that is ended."""
    with transaction.atomic():
        if ends_one():
            looked_for_after("60s")
        list(Exchange.objects.select_for_update(of=("self",)).filter(pk=ground.exchange.pk))
        held.set()
        if ends_one():
            wait_until(somebody_waits, what="who wants the move")
        return len(License.objects.select_for_update(of=("self",)).filter(pk=ground.license.pk))


def state_of(ground: Ground) -> str:
    return Exchange.objects.get(pk=ground.exchange.pk).state


def ends_one() -> bool:
    return connection.vendor == "postgresql"


def both(ground: Ground, caller: Caller, key: str = "") -> HttpResponse:
    held = threading.Event()

    def give_up() -> HttpResponse:
        held.wait(60)
        if ends_one():
            looked_for_after("3s")
        return cancel(caller, ground, key)

    outcome = released_together(
        [lambda: take_move_then_license(ground, held), give_up], after=connections.close_all
    )
    assert outcome.errors == []
    answer = outcome.in_order[1]
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.parametrize("key", ["", KEY], ids=["once", "repeatable"])
def test_a_deed_that_was_ended_for_another_begins_anew_and_is_done_once(key: str) -> None:
    ground, caller = laid(), system()
    answer = both(ground, caller, key)
    assert answer.status_code == 200, answer.content
    assert state_of(ground) == ExchangeState.CANCELLED
    assert AuditEntry.objects.filter(action="move.cancelled").count() == 1
    if key:
        assert cancel(caller, ground, key).content == answer.content
        assert KeptAnswer.objects.count() == 1


@pytest.fixture
def ended_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it had been ended as often as it may begin."""
    monkeypatch.setattr(calls, "TIMES", 1)
    monkeypatch.setattr(calls, "begun_anew", lambda deed, *, times=1: conflicts.begun_anew(deed, times=1))


@pytest.mark.parametrize("key", ["", KEY], ids=["once", "repeatable"])
@pytest.mark.usefixtures("ended_at_once")
def test_a_deed_that_is_ended_again_and_again_is_told_to_come_back_in_a_second(key: str) -> None:
    ground, caller = laid(), system()
    answer = both(ground, caller, key)
    if ends_one():
        assert (answer.status_code, code_of(answer), answer["Retry-After"]) == (503, "busy", "1")
        assert state_of(ground) == ExchangeState.ASKED
        told = opened(AuditEntry.objects.get(action="api.called"))
        assert told is not None
        assert told["details"]["status"] == 503
    assert cancel(caller, ground, key).status_code == 200


def test_visitors_of_pages_are_told_so_too(settings: LazySettings) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    ground, held = laid(), threading.Event()

    def license_then_move() -> None:
        held.wait(60)
        if ends_one():
            looked_for_after("3s")
        with transaction.atomic():
            list(License.objects.select_for_update(of=("self",)).filter(pk=ground.license.pk))
            list(Exchange.objects.select_for_update(of=("self",)).filter(pk=ground.exchange.pk))

    outcome = released_together(
        [lambda: take_move_then_license(ground, held), license_then_move], after=connections.close_all
    )
    error = outcome.errors[0] if ends_one() else OperationalError()
    error.__cause__ = error.__cause__ or DeadlockDetected()
    assert isinstance(error, OperationalError)
    page = OutagePage(lambda request: HttpResponse()).process_exception(RequestFactory().post("/"), error)
    assert isinstance(page, HttpResponse)
    assert (page.status_code, page["Retry-After"]) == (503, "1")
    assert "nothing was changed" in page.content.decode()
