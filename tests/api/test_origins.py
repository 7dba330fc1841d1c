"""Scripts of other sites: exactly those that the vendor lists."""

import pytest
from django.conf import LazySettings
from django.http import HttpResponse

from tests.api.caller import EMAIL, REQUESTS, Caller

pytestmark = pytest.mark.django_db

LISTED = "https://shop.example.com"
OTHERS = [
    "https://shop.example.com.evil.example",
    "https://shop.example.com:8443",
    "http://shop.example.com",
    "https://SHOP.example.com",
    "https://example.com",
    "null",
    "",
    "*",
]


@pytest.fixture(autouse=True)
def one_is_listed(settings: LazySettings) -> None:
    settings.API_ORIGINS = [LISTED]


def allowed(answer: HttpResponse) -> dict[str, str]:
    return {name: value for name, value in answer.items() if name.startswith("Access-Control-")}


def preflight(origin: str) -> HttpResponse:
    return Caller().call("OPTIONS", REQUESTS, HTTP_ORIGIN=origin, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST")


def test_a_listed_site_may_call_and_read_the_answer() -> None:
    answer = Caller().tell(REQUESTS, {"email": EMAIL}, HTTP_ORIGIN=LISTED)
    assert answer.status_code == 202
    assert answer["Access-Control-Allow-Origin"] == LISTED
    assert "retry-after" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


def test_a_listed_site_can_read_refusals_too() -> None:
    for answer in (
        Caller().tell(REQUESTS, b"{", HTTP_ORIGIN=LISTED),
        Caller().tell(REQUESTS, b"[" * 100_000, HTTP_ORIGIN=LISTED),
        Caller().see("/api/v1/nothing/", HTTP_ORIGIN=LISTED),
    ):
        assert answer.status_code >= 400
        assert answer["Access-Control-Allow-Origin"] == LISTED


def test_a_listed_site_may_ask_first() -> None:
    answer = preflight(LISTED)
    assert answer.status_code == 204
    assert allowed(answer) == {
        "Access-Control-Allow-Origin": LISTED,
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key",
        "Access-Control-Max-Age": "600",
        "Access-Control-Expose-Headers": answer["Access-Control-Expose-Headers"],
    }


@pytest.mark.parametrize("origin", OTHERS)
def test_every_other_is_told_nothing(origin: str) -> None:
    assert allowed(preflight(origin)) == {}
    assert allowed(Caller().tell(REQUESTS, {"email": EMAIL}, HTTP_ORIGIN=origin)) == {}


def test_every_answer_says_that_it_depends_on_the_origin() -> None:
    for origin in (LISTED, "https://evil.example"):
        assert "Origin" in preflight(origin)["Vary"]
        assert "Origin" in Caller().tell(REQUESTS, {"email": EMAIL}, HTTP_ORIGIN=origin)["Vary"]
    assert "Origin" in Caller().tell(REQUESTS, {"email": EMAIL})["Vary"]


def test_pages_are_opened_to_no_script() -> None:
    assert allowed(Caller().see("/robots.txt", HTTP_ORIGIN=LISTED)) == {}
