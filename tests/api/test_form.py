"""What is no call at all: bodies, types and methods that nobody should send. Always a 4xx, and why."""

import pytest
from django.test import Client

from recovery.models import RecoveryRequest
from tests.api.caller import EMAIL, LICENSES, PROBLEM, REQUESTS, Caller, code_of, faults_of, said
from tests.recovery.web.visitor import HOST

pytestmark = pytest.mark.django_db

DEEP = b'{"email": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"
MALFORMED = {
    "half": b'{"email": "a@example.com"',
    "no JSON": b"email=a@example.com",
    "a list": b'["a@example.com"]',
    "a text": b'"a@example.com"',
    "null": b"null",
    "twice": b'{"email": "a@example.com", "email": "b@example.com"}',
    "NaN": b'{"email": NaN}',
    "Infinity": b'{"email": -Infinity}',
    "half a character": b'{"email": "\\ud800@example.com"}',
    "half a character in a name": b'{"\\ud800": 1}',
    "not UTF-8": b'{"email": "\xff@example.com"}',
    "UTF-16": '{"email": "a@example.com"}'.encode("utf-16"),
    "a mark before it": b'\xef\xbb\xbf{"email": "a@example.com"}',
    "deep": DEEP,
    "deep enough": b'{"email": ' + b"[" * 9 + b"]" * 9 + b"}",
    "a long number": b'{"email": ' + b"9" * 5000 + b"}",
    "NUL": b'{"email": "a"}\x00',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_refuses_what_is_not_one_plain_object(body: bytes) -> None:
    answer = Caller().tell(REQUESTS, body)
    assert (answer.status_code, code_of(answer)) == (400, "malformed")
    assert b"example.com" not in answer.content
    assert not RecoveryRequest.objects.exists()


def test_names_every_unknown_and_missing_field() -> None:
    answer = Caller().tell(REQUESTS, {"e-mail": EMAIL, "x" * 500: 1})
    assert faults_of(answer) == {"email": "required", "e-mail": "unknown_field", "x" * 60: "unknown_field"}
    assert faults_of(Caller().tell(REQUESTS)) == {"email": "required"}


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "x" * 300,
    ],
)
def test_takes_json_only(kind: str) -> None:
    answer = Caller().tell(REQUESTS, {"email": EMAIL}, content_type=kind)
    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


def test_answers_in_json_whatever_is_preferred() -> None:
    for accept in ("text/html", "application/xml;q=1", "*/*", "???"):
        answer = Caller().tell(REQUESTS, {"email": EMAIL}, HTTP_ACCEPT=accept)
        assert (answer.status_code, answer["Content-Type"]) == (202, "application/json")


def test_does_not_read_ten_megabytes() -> None:
    answer = Caller().tell(REQUESTS, b"[" * (10 * 1024 * 1024))
    assert (answer.status_code, code_of(answer)) == (413, "too_large")


def test_a_body_in_chunks_is_asked_for_as_a_whole() -> None:
    answer = Caller().tell(REQUESTS, {"email": EMAIL}, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert (answer.status_code, code_of(answer)) == (411, "length_needed")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused_with_those_there_are(method: str) -> None:
    answer = Caller().call(method, REQUESTS, {"email": EMAIL})
    assert (answer.status_code, code_of(answer), answer["Allow"]) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2/licenses/", f"{REQUESTS}1/", f"{LICENSES}x/exchange/"]
)
def test_what_is_not_there_is_said_in_a_document(path: str) -> None:
    answer = Caller().see(path)
    assert (answer.status_code, code_of(answer)) == (404, "not_found")
    assert "/api/docs/" in said(answer)["detail"]  # and not what customers read about links in mails


def test_a_wrong_host_is_refused_in_a_document() -> None:
    answer = Client(SERVER_NAME="evil.example").post(REQUESTS, "{}", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_neither_cookies_nor_sessions_come_of_it() -> None:
    answer = Client(SERVER_NAME=HOST).post(REQUESTS, {"email": EMAIL}, content_type="application/json")
    assert answer.status_code == 202
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
