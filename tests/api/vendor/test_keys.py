"""Who is let in with an API key, how often, and what of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, connections
from django.utils import timezone
from time_machine import travel

from licensing.audit.sealing import opened
from licensing.models import AuditEntry
from recovery.api_secrets import is_secret
from recovery.errors import NameTaken
from recovery.journeys.api_keys import revoke
from recovery.models import ApiKey, Scope
from tests.api.caller import Caller, code_of, said
from tests.api.vendor.conftest import OWN, made, system
from tests.kit.race import released_together

pytestmark = pytest.mark.django_db


def entries(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action))


def test_a_good_key_is_told_what_it_may_do() -> None:
    _, secret = made(Scope.PURCHASES_READ, Scope.EVENTS_READ, name="shop-backend")
    answer = Caller(secret).see(OWN)
    assert answer.status_code == 200
    assert said(answer)["name"] == "shop-backend"
    assert said(answer)["scopes"] == ["events:read", "purchases:read"]
    assert "no-store" in answer["Cache-Control"]


def test_nothing_that_is_kept_opens_anything() -> None:
    key, secret = made()
    assert is_secret(secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM recovery_apikey")
        kept = b" ".join(
            bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
            for value in cursor.fetchone()
        )
    assert secret.encode() not in kept
    assert secret[len(key.hint) :].encode() not in kept
    assert secret.encode() not in b"".join(str(opened(each)).encode() for each in AuditEntry.objects.all())


def test_who_shows_no_key_is_told_how() -> None:
    answer = Caller().see(OWN)
    assert (answer.status_code, code_of(answer)) == (401, "no_secret")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "change", [lambda secret: secret[:-1] + "!", lambda secret: "lr_" + "a" * 38, str.lower]
)
def test_what_is_none_of_our_keys_asks_the_database_nothing(
    change: Callable[[str], str], django_assert_num_queries: Any
) -> None:
    _, secret = made()
    with django_assert_num_queries(0):
        answer = Caller(change(secret)).see(OWN)
    assert (answer.status_code, code_of(answer)) == (401, "no_such_key")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_token_of_a_customer_is_no_key(with_every_right: Caller) -> None:
    assert code_of(Caller("4fR0mTheFirstCall-xYq2zJwD1nB7sKcE8uHgVtA3p5").see(OWN)) == "no_such_key"
    answer = with_every_right.see("/api/v1/licenses/")
    assert (answer.status_code, code_of(answer)) == (401, "no_view")


def test_a_revoked_key_opens_nothing_from_the_next_call_on() -> None:
    key, secret = made()
    assert Caller(secret).see(OWN).status_code == 200
    assert revoke(key.pk, by="grace", now=timezone.now())
    answer = Caller(secret).see(OWN)
    assert (answer.status_code, code_of(answer)) == (401, "key_over")


def test_an_expired_key_opens_nothing() -> None:
    _, secret = made()
    with travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert code_of(Caller(secret).see(OWN)) == "key_over"


def test_use_is_noted_once_a_minute() -> None:
    key, secret = made()
    start = timezone.now()
    for seconds, noted in ((0, 0), (30, 0), (61, 61)):
        with travel(start + timedelta(seconds=seconds), tick=False):
            Caller(secret).see(OWN)
        key.refresh_from_db()
        assert key.last_used_at is not None
        assert round((key.last_used_at - start).total_seconds()) == noted


def test_a_refused_key_is_not_used() -> None:
    key, secret = made()
    revoke(key.pk, by="grace", now=timezone.now())
    Caller(secret).see(OWN)
    key.refresh_from_db()
    assert key.last_used_at is None


def test_counts_calls_and_tells_what_is_left() -> None:
    caller = system(per_minute=3)
    left = [caller.see(OWN)["RateLimit"].partition(";t=")[0] for _ in range(3)]
    assert left == ['"key";r=2', '"key";r=1', '"key";r=0']
    answer = caller.see(OWN)
    assert (answer.status_code, code_of(answer)) == (429, "too_many_calls")
    assert answer["RateLimit-Policy"] == '"key";q=3;w=60'
    assert 0 < int(answer["Retry-After"]) <= 120


@pytest.mark.django_db(transaction=True)
def test_ten_calls_at_once_are_not_one_more_than_may_come() -> None:
    caller = system(per_minute=3)
    outcome = released_together(10, lambda _: caller.see(OWN).status_code, after=connections.close_all)
    assert outcome.errors == []
    assert sorted(outcome.results) == [200] * 3 + [429] * 7


def test_every_key_has_a_limit_of_its_own() -> None:
    first, second = system(per_minute=1), system(per_minute=1)
    assert [first.see(OWN).status_code, first.see(OWN).status_code, second.see(OWN).status_code] == [
        200,
        429,
        200,
    ]


def test_every_call_is_in_the_trail_under_the_keys_name() -> None:
    system(name="shop-backend").see(OWN)
    (entry,) = entries("api.called")
    assert entry.by == "api:shop-backend"
    told = opened(entry)
    assert told is not None
    assert told["details"] == {"call": "GET vendor-key", "status": 200}
    assert told["where"] == "127.0.0.0/24"


def test_the_trail_has_no_word_of_what_was_asked_for() -> None:
    system().see("/api/v1/vendor/purchases/?reference=1001&CODE-1234-ABCD=1&limit=2")
    (entry,) = entries("api.called")
    told = opened(entry)
    assert told is not None
    assert told["details"]["asked by"] == ["limit", "reference", "something else"]


def test_refusals_of_a_known_key_are_in_the_trail_too() -> None:
    key, secret = made(name="old")
    revoke(key.pk, by="grace", now=timezone.now())
    Caller(secret).see(OWN)
    (entry,) = entries("api.refused")
    assert (entry.by, entry.row) == ("api:old", str(key.pk))


def test_who_goes_on_calling_over_the_limit_fills_no_trail() -> None:
    caller = system(per_minute=1)
    for _ in range(6):
        caller.see(OWN)
    assert (len(entries("api.called")), len(entries("api.refused"))) == (1, 1)


def test_what_cannot_be_recorded_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = system()

    def broken(*_: object, **__: object) -> None:
        raise IntegrityError

    monkeypatch.setattr("recovery.api.vendor.operation.record", broken)
    answer = caller.see(OWN)
    assert answer.status_code == 503
    assert b"scopes" not in answer.content


def test_a_name_is_given_once(with_every_right: Caller) -> None:
    ApiKey.objects.update(revoked_at=timezone.now(), revoked_by="grace")
    with pytest.raises(NameTaken):
        made(name="shop-backend")


def test_no_page_of_another_site_may_use_a_key(with_every_right: Caller, settings: LazySettings) -> None:
    settings.API_ORIGINS = ["https://www.vendor.example"]
    answer = with_every_right.see(OWN, HTTP_ORIGIN="https://www.vendor.example")
    assert "Access-Control-Allow-Origin" not in answer
