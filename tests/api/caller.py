"""A program that calls the API, as far as the service can tell: JSON, a bearer token, no cookies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.api.told_problems import ensure_described
from tests.recovery.web.visitor import HOST

REQUESTS = "/api/v1/recovery-requests/"
LICENSES = "/api/v1/licenses/"
CHECK = "/api/v1/keys/check/"
PROBLEM = "application/problem+json"
EMAIL = "anna@example.com"


class Caller(Client):
    def __init__(self, token: str = "", **more: Any) -> None:
        super().__init__(enforce_csrf_checks=True, SERVER_NAME=HOST, **more)
        self.token = token

    def call(self, method: str, path: str, body: Any = None, *, key: str = "", **more: Any) -> HttpResponse:
        """`body`: what becomes JSON, or bytes that are sent as they are."""
        headers = {"HTTP_AUTHORIZATION": f"Bearer {self.token}"} if self.token else {}
        headers |= {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self.generic(method, path, data, **{"content_type": "application/json", **headers, **more})
        assert isinstance(answer, HttpResponse)
        if answer.status_code >= 400 and answer.headers["Content-Type"] == PROBLEM and method != "HEAD":
            ensure_described(answer, method=method, path=path)
        return answer

    def see(self, path: str, **more: Any) -> HttpResponse:
        return self.call("GET", path, **more)

    def tell(self, path: str, body: Any = None, **more: Any) -> HttpResponse:
        return self.call("POST", path, body, **more)


@dataclass(frozen=True)
class Asked:
    """What the first call answered."""

    id: str
    secret: str
    resend_after: str

    @property
    def path(self) -> str:
        return f"{REQUESTS}{self.id}/"

    @property
    def caller(self) -> Caller:
        return Caller(self.secret)


def said(answer: HttpResponse) -> Any:
    return json.loads(answer.content)


def asked(email: str = EMAIL, **more: Any) -> Asked:
    answer = Caller().tell(REQUESTS, {"email": email, **more})
    assert answer.status_code == 202, answer.content
    return Asked(**said(answer))


def proved(asked: Asked, code: str) -> Caller:
    """A caller with the token that the code opens."""
    answer = asked.caller.tell(f"{asked.path}verify/", {"code": code})
    assert answer.status_code == 200, answer.content
    return Caller(said(answer)["access_token"])


def code_of(answer: HttpResponse) -> str:
    """The problem's stable code."""
    assert answer["Content-Type"] == PROBLEM, answer.content
    document = said(answer)
    assert document["status"] == answer.status_code
    return str(document["code"])


def faults_of(answer: HttpResponse) -> dict[str, str]:
    """Field -> code, of a body that was refused."""
    assert (answer.status_code, code_of(answer)) == (422, "invalid"), answer.content
    return {each["field"]: each["code"] for each in said(answer)["errors"]}
