"""A call that is repeated with the same idempotency key is done once."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone

from licensing.models import EmailAddress
from recovery.journeys.privacy import EraseReason, erase
from recovery.models import Challenge, Exchange, KeptAnswer, Message, RecoveryRequest
from recovery.retention import forget
from tests.api.caller import EMAIL, LICENSES, REQUESTS, Asked, Caller, asked, code_of, said
from tests.api.conftest import mailed_code
from tests.kit.race import released_together

pytestmark = pytest.mark.django_db

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
BODY = {"email": EMAIL}


def test_gives_the_same_answer_and_asks_for_one_mail() -> None:
    first, second = (Caller().tell(REQUESTS, BODY, key=KEY) for _ in range(2))
    assert first.content == second.content
    assert (first.status_code, second.status_code) == (202, 202)
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert Message.objects.count() == 1


@pytest.mark.parametrize("key", [f'"{KEY}"', KEY])
def test_the_key_may_stand_in_quotes(key: str) -> None:
    Caller().tell(REQUESTS, BODY, key=KEY)
    Caller().tell(REQUESTS, BODY, key=key)
    assert Message.objects.count() == 1


def test_another_body_under_the_same_key_is_refused() -> None:
    Caller().tell(REQUESTS, BODY, key=KEY)
    answer = Caller().tell(REQUESTS, {"email": "otto@example.com"}, key=KEY)
    assert (answer.status_code, code_of(answer)) == (422, "idempotency_key_reused")
    assert Message.objects.count() == 1


def test_keys_are_each_callers_own() -> None:
    mine = Caller().tell(REQUESTS, BODY, key=KEY)
    others = Caller().tell(REQUESTS, BODY, key=KEY, REMOTE_ADDR="198.51.100.7")
    assert said(mine)["secret"] != said(others)["secret"]
    assert Message.objects.count() == 2


@pytest.mark.parametrize("key", ["short", "x" * 129, "a b" * 10, '"' + "x" * 20, "ключ" * 5])
def test_refuses_keys_that_are_none(key: str) -> None:
    answer = Caller().tell(REQUESTS, BODY, key=key)
    assert (answer.status_code, code_of(answer)) == (400, "bad_idempotency_key")
    assert not Message.objects.exists()


def test_a_refused_body_leaves_the_key_free() -> None:
    assert Caller().tell(REQUESTS, {"email": "no"}, key=KEY).status_code == 422
    assert Caller().tell(REQUESTS, BODY, key=KEY).status_code == 202


def test_what_may_go_later_is_asked_anew() -> None:
    request = asked()
    assert code_of(request.caller.tell(f"{request.path}resend/", key=KEY)) == "too_soon"
    Message.objects.update(created_at=Now() - timedelta(minutes=2))
    assert request.caller.tell(f"{request.path}resend/", key=KEY).status_code == 202


def test_a_wrong_code_counts_once_and_is_never_free(mailed: Asked) -> None:
    verify = f"{mailed.path}verify/"
    for _ in range(3):
        assert said(mailed.caller.tell(verify, {"code": "0000000U"}, key=KEY))["tries_left"] == 4
    for number in range(4):
        mailed.caller.tell(verify, {"code": "0000000U"}, key=f"{KEY}{number}")
    assert Challenge.objects.get().tries == 5
    assert (
        code_of(mailed.caller.tell(verify, {"code": mailed_code(mailed)}, key=f"{KEY}x")) == "too_many_tries"
    )


def test_a_proof_whose_answer_was_lost_can_be_had_again(mailed: Asked) -> None:
    verify, code = f"{mailed.path}verify/", {"code": mailed_code(mailed)}
    first, second = (mailed.caller.tell(verify, code, key=KEY) for _ in range(2))
    assert first.content == second.content
    assert code_of(mailed.caller.tell(verify, code)) == "used"


def test_no_secret_stands_in_what_is_kept(mailed: Asked) -> None:
    answer = mailed.caller.tell(f"{mailed.path}verify/", {"code": mailed_code(mailed)}, key=KEY)
    row = KeptAnswer.objects.values().get()
    kept = b"".join(bytes(value) for value in row.values() if isinstance(value, bytes | memoryview))
    for secret in (said(answer)["access_token"], mailed.secret, KEY):
        assert secret.encode() not in kept


def test_an_answer_that_no_key_opens_is_not_done_again(settings: LazySettings) -> None:
    Caller().tell(REQUESTS, BODY, key=KEY)
    settings.ENCRYPTION_KEYS = {"k9": bytes(range(32))}
    answer = Caller().tell(REQUESTS, BODY, key=KEY)
    assert (answer.status_code, code_of(answer)) == (409, "answer_lost")
    assert Message.objects.count() == 1


def test_answers_are_kept_for_an_hour() -> None:
    Caller().tell(REQUESTS, BODY, key=KEY)
    KeptAnswer.objects.update(expires_at=Now() - timedelta(seconds=1))
    Caller().tell(REQUESTS, BODY, key=KEY)
    assert Message.objects.count() == 2
    KeptAnswer.objects.update(expires_at=Now() - timedelta(seconds=1))
    forget()
    assert not KeptAnswer.objects.exists()


def test_one_move_for_one_key(owner: Caller, license_id: str) -> None:
    path = f"{LICENSES}{license_id}/exchange/"
    answers = [owner.tell(path, {"to": "macos"}, key=KEY).content for _ in range(2)]
    assert answers[0] == answers[1]
    assert Exchange.objects.count() == 1


def test_a_token_that_is_over_is_not_told_its_answer_again(owner: Caller, license_id: str) -> None:
    path = f"{LICENSES}{license_id}/exchange/"
    assert owner.tell(path, {"to": "macos"}, key=KEY).status_code == 200
    RecoveryRequest.objects.update(view_ends_at=Now() - timedelta(seconds=1))
    answer = owner.tell(path, {"to": "macos"}, key=KEY)
    assert (answer.status_code, code_of(answer)) == (401, "no_view")


def test_who_was_erased_is_not_told_an_answer_again(mailed: Asked, owner: Caller, license_id: str) -> None:
    path = f"{LICENSES}{license_id}/exchange/"
    assert owner.tell(path, {"to": "macos"}, key=KEY).status_code == 200
    again = f"{mailed.path}resend/"
    assert mailed.caller.tell(again, key=KEY).status_code != 401
    customer = EmailAddress.objects.get(canonical=EMAIL).customer_id
    assert erase(customer, by="", reason=EraseReason.THEMSELVES, now=timezone.now())
    assert code_of(owner.tell(path, {"to": "macos"}, key=KEY)) == "no_view"
    assert code_of(mailed.caller.tell(again, key=KEY)) == "wrong_secret"


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_have_one_effect() -> None:
    key = str(uuid4())
    outcome = released_together(
        20, lambda _: Caller().tell(REQUESTS, BODY, key=key).content, after=connections.close_all
    )
    assert outcome.errors == []
    assert len(set(outcome.results)) == 1
    assert RecoveryRequest.objects.count() == Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_wrong_codes_at_once_under_keys_of_their_own_are_five_tries(
    smtp: object, deliver: Callable[[], int]
) -> None:
    request = asked()
    deliver()
    verify = f"{request.path}verify/"
    outcome = released_together(
        20,
        lambda number: request.caller.tell(verify, {"code": "0000000U"}, key=f"{KEY}{number}").status_code,
        after=connections.close_all,
    )
    assert sorted(outcome.results) == [422] * 5 + [429] * 15
    assert Challenge.objects.get().tries == 5
