"""While the database is away."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from recovery.models import RecoveryRequest
from tests.kit.ports import free_port
from tests.recovery.web.visitor import Answer, Visitor, csrf_token_in, text_of

pytestmark = pytest.mark.django_db

AWAY = {"HOST": "127.0.0.1", "NAME": "/nowhere/at/all.sqlite3"}


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], Answer]], Answer]]:
    """Runs a visit in a thread whose connection to the database leads nowhere."""
    configured = connections.settings["default"]
    for name, value in (AWAY | {"PORT": str(free_port())}).items():
        monkeypatch.setitem(configured, name, value)
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield lambda visit: thread.submit(visit).result()


Away = Callable[[Callable[[], Answer]], Answer]


def test_tells_the_truth_and_accepts_nothing(browser: Visitor, away: Away) -> None:
    fields = {"csrfmiddlewaretoken": csrf_token_in(browser.get("/")), "email": "anna@example.com"}
    response = away(lambda: browser.post("/", fields))
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "Nothing was accepted" in text_of(response)
    assert not RecoveryRequest.objects.exists()


def test_still_shows_the_form(browser: Visitor, away: Away) -> None:
    assert away(lambda: browser.get("/")).status_code == 200


def test_tells_programs_in_their_own_form(browser: Visitor, away: Away) -> None:
    browser.cookies["__Host-lr_browser"] = "x" * 43
    page = "/api/v1/recovery-requests/0192f3b5-0000-7000-8000-000000000000/"
    response = away(lambda: browser.get(page))
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.urls("tests.recovery.web.broken_urls")
def test_a_fault_of_ours_is_admitted_without_details(browser: Visitor) -> None:
    browser.raise_request_exception = False
    response = browser.get("/fault/")
    assert response.status_code == 500
    assert "Something broke on our side" in text_of(response)
    assert "anna@example.com" not in response.content.decode()
