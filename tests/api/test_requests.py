"""Asking, seeing what becomes of the mail, and proving the mailbox, without an account and without a browser."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from recovery.models import Challenge, Message, MessageKind, MessageState, RecoveryRequest
from tests.api.caller import EMAIL, REQUESTS, Asked, Caller, asked, code_of, faults_of, proved, said
from tests.api.conftest import mailed_code
from tests.factories import owner_of
from tests.kit.mails import code_in
from tests.kit.smtp import SmtpServer

pytestmark = pytest.mark.django_db


def test_gives_an_id_a_secret_and_when_to_ask_again() -> None:
    request = asked()
    row = RecoveryRequest.objects.get()
    assert UUID(request.id) == row.pk
    assert UUID(request.id).version == 7
    assert request.secret not in repr(RecoveryRequest.objects.values().get())
    assert request.resend_after == (row.created_at + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")


def test_answers_every_address_alike_but_for_what_is_random() -> None:
    owner_of(EMAIL, codes=["AAAA-BBBB-CCCC-DDDD"])
    owner_of("refunded@example.com", codes=["REFU-NDED-CODE-0001"]).purchases.update(refunded_at=Now())
    seen = set()
    for email in (EMAIL, "refunded@example.com", "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            answer = Caller().tell(REQUESTS, {"email": email})
        document = {name: len(value) for name, value in said(answer).items()}
        statements = [re.sub(r"'[^']*'(::\w+)?", "?", each["sql"]) for each in queries]
        seen.add((answer.status_code, str(sorted(answer.items())), str(document), len(statements)))
        assert not any("licensing_" in each for each in statements)
    assert len(seen) == 1


def test_states_of_known_and_unknown_addresses_are_the_same(
    smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    owner_of(EMAIL, codes=["AAAA-BBBB-CCCC-DDDD"])
    requests = [asked(EMAIL), asked("nobody@example.com")]
    deliver()
    seen = []
    for request in requests:
        with CaptureQueriesContext(connection) as queries:
            state = said(request.caller.see(request.path))
        wrong = said(request.caller.tell(f"{request.path}verify/", {"code": "0000-000U"}))
        fixed = {"id": "", "challenge_expires_at": bool(state["challenge_expires_at"])}
        seen.append(({**state, **fixed}, len(queries), wrong))
    assert seen[0] == seen[1]
    assert seen[0][0]["mail"] == "accepted"


def test_a_request_is_seen_with_its_own_secret_only() -> None:
    mine, other = asked(), asked("otto@example.com")
    assert mine.caller.see(mine.path).status_code == 200
    for stranger in (other.caller, Caller("x" * 43), Caller("é" * 3)):
        answer = stranger.see(mine.path)
        assert (answer.status_code, code_of(answer)) == (401, "wrong_secret")
    unsaid = Caller().see(mine.path)
    assert (unsaid.status_code, code_of(unsaid), unsaid["WWW-Authenticate"]) == (401, "no_secret", "Bearer")


@pytest.mark.parametrize("state", MessageState.values)
def test_tells_the_truth_about_the_mail(state: str) -> None:
    request = asked()
    Message.objects.update(state=state)
    told = said(request.caller.see(request.path))["mail"]
    assert told == ("waiting" if state == "sending" else state)


def test_says_when_the_code_ends_and_when_none_works_any_more(mailed: Asked) -> None:
    challenge = Challenge.objects.get()
    state = said(mailed.caller.see(mailed.path))
    assert (state["state"], state["challenge_expires_at"][:19]) == (
        "open",
        challenge.expires_at.isoformat()[:19],
    )
    Challenge.objects.update(expires_at=Now() - timedelta(seconds=1))
    state = said(mailed.caller.see(mailed.path))
    assert (state["state"], state["challenge_expires_at"]) == ("over", None)


def test_the_mailed_code_opens_the_licenses_for_half_an_hour(
    smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    owner_of(EMAIL, codes=["AAAA-BBBB-CCCC-DDDD"])
    request = asked()
    deliver()
    answer = request.caller.tell(f"{request.path}verify/", {"code": code_in(smtp.messages[-1]).lower()})
    row = RecoveryRequest.objects.get()
    assert answer.status_code == 200
    assert said(answer)["expires_at"] == row.view_ends_at.isoformat().replace("+00:00", "Z")  # type: ignore[union-attr]
    assert said(request.caller.see(request.path))["state"] == "proved"
    assert Message.objects.filter(kind=MessageKind.KEYS).count() == 1


def test_the_secret_of_a_request_opens_no_licenses(mailed: Asked) -> None:
    proved(mailed, mailed_code(mailed))
    assert code_of(mailed.caller.see("/api/v1/licenses/")) == "no_view"


def test_five_wrong_codes_end_it_for_the_right_one_too(mailed: Asked) -> None:
    verify = f"{mailed.path}verify/"
    left = [said(mailed.caller.tell(verify, {"code": "0000000U"})).get("tries_left") for _ in range(5)]
    answer = mailed.caller.tell(verify, {"code": mailed_code(mailed)})
    assert left == [4, 3, 2, 1, 0]
    assert (answer.status_code, code_of(answer)) == (429, "too_many_tries")
    assert said(mailed.caller.see(mailed.path))["state"] == "over"


def test_a_code_of_another_length_costs_no_try(mailed: Asked) -> None:
    answer = mailed.caller.tell(f"{mailed.path}verify/", {"code": "123"})
    assert faults_of(answer) == {"code": "bad_length"}
    assert not Challenge.objects.filter(tries__gt=0).exists()


def test_a_code_works_once(mailed: Asked) -> None:
    code = mailed_code(mailed)
    proved(mailed, code)
    answer = mailed.caller.tell(f"{mailed.path}verify/", {"code": code})
    assert (answer.status_code, code_of(answer)) == (410, "used")


def test_a_code_that_is_too_old_is_said_to_be(mailed: Asked) -> None:
    Challenge.objects.update(expires_at=Now() - timedelta(seconds=1))
    answer = mailed.caller.tell(f"{mailed.path}verify/", {"code": mailed_code(mailed)})
    assert (answer.status_code, code_of(answer)) == (410, "expired")


def test_the_code_works_with_the_requests_own_secret_only(mailed: Asked) -> None:
    answer = asked("otto@example.com").caller.tell(f"{mailed.path}verify/", {"code": mailed_code(mailed)})
    assert (answer.status_code, code_of(answer)) == (401, "wrong_secret")
    assert not Challenge.objects.filter(tries__gt=0).exists()


def test_another_mail_is_sent_after_a_minute_and_both_codes_work(
    mailed: Asked, deliver: Callable[[], int]
) -> None:
    first = mailed_code(mailed)
    early = mailed.caller.tell(f"{mailed.path}resend/")
    assert (early.status_code, code_of(early)) == (429, "too_soon")
    assert 0 < int(early["Retry-After"]) <= 60

    Message.objects.update(created_at=Now() - timedelta(minutes=1))
    again = mailed.caller.tell(f"{mailed.path}resend/")
    deliver()
    assert (again.status_code, said(again)["id"]) == (202, mailed.id)
    assert Message.objects.filter(kind=MessageKind.CHALLENGE).count() == 2
    assert mailed_code(mailed) != first
    proved(mailed, first)


def test_a_mail_that_has_not_gone_is_not_promised_twice() -> None:
    request = asked()
    Message.objects.update(created_at=Now() - timedelta(minutes=5))
    assert request.caller.tell(f"{request.path}resend/", {}).status_code == 202
    assert Message.objects.count() == 1


def test_no_other_mail_for_a_mailbox_that_is_proved(mailed: Asked) -> None:
    proved(mailed, mailed_code(mailed))
    assert code_of(mailed.caller.tell(f"{mailed.path}resend/")) == "used"


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("", "blank"),
        ("anna", "no_at"),
        ("a@example.com\r\nBcc: b@example.com", "control"),
        ("a@b.co\u200b", "invisible"),
        ("a@example.com, b@example.com", "several"),
        (" \u0000", "null_characters_not_allowed"),
        (5, "invalid"),
        (True, "invalid"),
        (None, "null"),
        (["a@example.com"], "invalid"),
        ({"a": 1}, "invalid"),
        ("a" * 2000, "max_length"),
    ],
)
def test_refuses_what_is_not_one_address(email: object, code: str) -> None:
    assert faults_of(Caller().tell(REQUESTS, {"email": email})) == {"email": code}
    assert not RecoveryRequest.objects.exists()


@pytest.mark.parametrize(
    ("language", "kept"), [("en", "en"), ("de-AT", "de"), ("EN-gb", "en"), ("tlh-Latn-x-any", "en")]
)
def test_mails_in_the_nearest_language_that_the_vendor_mails_in(
    language: str, kept: str, settings: LazySettings
) -> None:
    settings.MAIL_LANGUAGES = ["en", "de"]
    asked(language=language)
    assert RecoveryRequest.objects.get().language == kept


def test_refuses_a_language_that_is_none(settings: LazySettings) -> None:
    assert faults_of(Caller().tell(REQUESTS, {"email": EMAIL, "language": "../en"})) == {
        "language": "bad_language"
    }


def test_tells_the_limit_on_mails_and_not_whether_it_was_reached() -> None:
    headers = {Caller().tell(REQUESTS, {"email": EMAIL})["RateLimit-Policy"] for _ in range(5)}
    assert headers == {'"mailbox";q=3;w=3600'}
    assert json.loads(Caller().tell(REQUESTS, {"email": EMAIL}).content).keys() == {
        "id",
        "secret",
        "resend_after",
    }
