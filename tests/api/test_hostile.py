"""Schemathesis asks everything that the description allows, and what it does not: never a 5xx, never an undeclared
answer. Short here; docs/api.md has the command of the long run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from django.conf import LazySettings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis.config import SchemathesisConfig

from config.content_type import PlainContentType
from tests.api.caller import Asked, Caller
from tests.api.vendor.conftest import system
from tests.api.vendor.operations import VENDOR
from tests.recovery.web.visitor import HOST

pytestmark = pytest.mark.django_db

Case = schemathesis.Case[Any]
CONFIG = SchemathesisConfig.from_path(Path(__file__).with_name("schemathesis.toml"))


QUICKLY = hypothesis.settings(
    max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)
QUICKER = hypothesis.settings(QUICKLY, max_examples=3)  # of many calls that have all of their form in common


@contextmanager
def one_connection() -> Iterator[None]:
    """The calls stay in the test's transaction, as those of Django's own client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def ask(case: Case, there: dict[str, str], tokens: dict[str, str]) -> None:
    """With the caller's own ids and tokens, so that calls get beyond "there is no such thing"."""
    for name, value in there.items():
        if is_id(case.path_parameters.get(name)):
            case.path_parameters[name] = value
    scheme = next((next(iter(each)) for each in case.operation.definition.raw["security"]), "")
    token = tokens.get(scheme)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if token and "If-Match" in (case.headers or {}):
        headers["If-Match"] = "*"  # whatever state it is in: no tag that is made up is one
    case.call_and_validate(headers=headers)


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_no_call_gets_an_answer_that_was_not_declared(
    mode: schemathesis.GenerationMode, settings: LazySettings, mailed: Asked, owner: Caller, license_id: str
) -> None:
    settings.API_KEY_CHECK = True
    settings.ALLOWED_HOSTS = [HOST, "localhost"]
    there = {"request_id": mailed.id, "license_id": license_id}
    tokens = {"requestSecret": mailed.secret, "accessToken": owner.token, "apiKey": system().token}
    # Without its token a customer's call gets no further than 401; a key lets what is wrong be looked at.
    given = tokens if mode is schemathesis.GenerationMode.POSITIVE else {"apiKey": tokens["apiKey"]}
    with one_connection():
        assert asked_all(mode, lambda case: ask(case, there, given)) >= 9


def asked_all(mode: schemathesis.GenerationMode, ask: Callable[[Case], None]) -> int:
    """Every operation; how many there are."""
    app = PlainContentType(WSGIHandler())
    described: Any = schemathesis.openapi.from_wsgi("/api/schema/", app, config=CONFIG)
    if (
        mode is schemathesis.GenerationMode.POSITIVE
    ):  # the vendor's examples are walked in a test of their own
        described = described.exclude(path_regex=VENDOR)
    operations: list[Any] = [found.ok() for found in described.get_all_operations()]
    for operation in operations:
        quickly = QUICKER if operation.path.startswith(VENDOR) else QUICKLY
        hypothesis.given(case=operation.as_strategy(generation_mode=mode))(quickly(named(ask)))()
    return len(operations)


def named(ask: Callable[[Case], None]) -> Callable[..., None]:
    """A function of its own each time, since Hypothesis marks what it runs."""

    def asks(case: Case) -> None:
        ask(case)

    return asks


def is_id(value: object) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False
