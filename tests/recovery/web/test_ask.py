"""Asking: the same answer for every address, and a form that says what is wrong."""

import re
from html import unescape
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from licensing.addresses import MESSAGES
from recovery.limits import address_digest
from recovery.models import Message, RecoveryRequest, Suppression
from tests.factories import ORDERED_AT, owner_of
from tests.recovery.web.visitor import Answer, Visitor, csrf_token_in, html_of, text_of

pytestmark = pytest.mark.django_db

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
RANDOM = re.compile(r'(value="\w{64}"|lr_browser=[^;]+|csrftoken=[^;]+|expires=[^;]+)')


def everything_in(response: Answer, *, email: str) -> str:
    """Status, headers, cookies and body, less what is random for everybody and the address they typed."""
    whole = f"{response.status_code}\n{response.headers}\n{response.cookies.output()}\n{html_of(response)}"
    return RANDOM.sub("", UUID.sub("<id>", whole)).replace(email, "<address>")


def known() -> str:
    owner_of("the-known@example.com", codes=["AAAA-1111"])
    return "the-known@example.com"


def refunded() -> str:
    owner_of("the-money@example.com", codes=["AAAA-2222"], refunded_at=ORDERED_AT)
    return "the-money@example.com"


def suppressed() -> str:
    owner_of("the-muted@example.com", codes=["AAAA-3333"])
    Suppression.objects.create(
        mailbox=address_digest("the-muted@example.com"), reply="550 5.1.1 no such user"
    )
    return "the-muted@example.com"


def unknown() -> str:
    return "stranger1@example.com"


def test_answers_known_unknown_refunded_and_suppressed_addresses_byte_for_byte_alike() -> None:
    answers, pages = set(), set()
    for email in (known(), unknown(), refunded(), suppressed()):
        visitor = Visitor()
        response = visitor.send("/", {"email": email})
        answers.add(everything_in(response, email=email))
        pages.add(everything_in(visitor.get(response["Location"]), email=email))
    assert len(answers) == 1
    assert len(pages) == 1
    assert Message.objects.count() == 4


def test_asks_the_database_the_same_for_every_address() -> None:
    counted = set()
    for email in (known(), unknown(), refunded(), suppressed()):
        visitor = Visitor()
        token = csrf_token_in(visitor.get("/"))
        with CaptureQueriesContext(connection) as queries:
            visitor.post("/", {"csrfmiddlewaretoken": token, "email": email})
        counted.add(tuple(query["sql"].split()[0] for query in queries.captured_queries))
    assert len(counted) == 1


def test_sees_other_after_a_good_address(browser: Visitor) -> None:
    response = browser.send("/", {"email": "  Anna@Example.COM "})
    request = RecoveryRequest.objects.get()
    assert response.status_code == 303
    assert response["Location"] == f"/requests/{request.pk}/"
    assert request.address == "anna@example.com"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("anna", "no_at"),
        ("anna@", "bad_domain"),
        ("anna@localhost", "bad_domain"),
        ("anna@example.com, otto@example.com", "several"),
        ("anna@example.com\r\nBcc: otto@example.com", "control"),
        ("anna@example.com\0", "control"),
        ("anna@exam\u2028ple.com", "control"),
        ("anna@example.com\u200b", "invisible"),
        ("änna@example.com", "local_non_ascii"),
        ("a" * 10_000 + "@example.com", "too_long"),
        ('"><script>alert(1)</script>@example.com', "name_included"),
    ],
)
def test_shows_the_form_again_with_what_is_wrong_and_what_was_typed(
    browser: Visitor, typed: str, code: str
) -> None:
    response = browser.send("/", {"email": typed})
    page = html_of(response)
    assert response.status_code == 422
    assert MESSAGES[code] in text_of(response)
    assert 'aria-invalid="true" aria-describedby="email-error' in page
    assert "<script>alert" not in page
    assert not RecoveryRequest.objects.exists()
    assert value_of_the_field(page) == typed


def value_of_the_field(page: str) -> str:
    found = re.search(r'name="email".*?value="(.*?)"', page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_lets_no_header_decide_where_links_lead(browser: Visitor) -> None:
    response = browser.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert response.status_code == 200
    assert "evil.example" not in html_of(response)


def test_refuses_a_foreign_host(browser: Visitor) -> None:
    response = browser.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in html_of(response)


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_takes_no_address_to_go_on_to(browser: Visitor, target: str) -> None:
    token = csrf_token_in(browser.get("/"))
    fields = {"csrfmiddlewaretoken": token, "email": "anna@example.com", "next": target}
    response = browser.post(f"/?next={target}", fields, query_params={"next": target})
    assert response["Location"].startswith("/requests/")


def test_refuses_a_form_without_its_token_and_says_what_to_do(browser: Visitor) -> None:
    browser.get("/")
    response = browser.post("/", {"email": "anna@example.com"})
    assert response.status_code == 403
    assert "Please send that once more" in text_of(response)
    assert not RecoveryRequest.objects.exists()


def test_refuses_a_form_sent_from_another_site(browser: Visitor) -> None:
    token = csrf_token_in(browser.get("/"))
    fields = {"csrfmiddlewaretoken": token, "email": "anna@example.com"}
    assert browser.post("/", fields, headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/licenses/", "/privacy/", "/verify/fresh/"])
def test_says_which_methods_a_page_knows(browser: Visitor, method: str, path: str) -> None:
    response = browser.generic(method, path)
    assert response.status_code == 405
    assert "GET" in response["Allow"] or "POST" in response["Allow"]


def test_answers_head_and_options(browser: Visitor) -> None:
    assert browser.head("/").status_code == 200
    assert browser.options("/")["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_reads_no_body_beyond_its_cap(browser: Visitor, settings: LazySettings, kind: str) -> None:
    body = b"email=" + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = browser.post("/", body, content_type=kind)
    assert response.status_code == 413
    assert "too much" in text_of(response)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nContent-Disposition", "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
        (b"email=%ff%fe%00@example.com", "application/x-www-form-urlencoded"),
        (b"a=1&" * 2000, "application/x-www-form-urlencoded"),
        (b'{"email": []}', "application/json"),
    ],
)
def test_never_breaks_on_a_body_that_is_none(body: bytes, kind: str) -> None:
    unchecked = Client(SERVER_NAME="recover.example.com")
    assert unchecked.post("/", body, content_type=kind).status_code in (400, 422)


def test_keeps_one_cookie_for_one_browser(browser: Visitor) -> None:
    browser.ask()
    first = browser.cookies["__Host-lr_browser"].value
    browser.ask("otto@example.com")
    assert browser.cookies["__Host-lr_browser"].value == first
    cookie: Any = browser.cookies["__Host-lr_browser"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")


def test_gives_a_new_cookie_for_one_that_cannot_be_ours(browser: Visitor) -> None:
    browser.cookies["__Host-lr_browser"] = "x"
    browser.ask()
    assert len(browser.cookies["__Host-lr_browser"].value) == 43
