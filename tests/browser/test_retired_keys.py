"""The JavaScript of docs/retired-keys.md, run by a browser against a real list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from licensing.keys.assign import end
from licensing.keys.code import _DASHES, _SPACES, _UNSEEN, normalise
from licensing.keys.retired import refresh
from licensing.keys.signing import new_signing_key
from licensing.models import KeyAssignment, SigningPurpose
from tests.licensing.retired.documented import example, shipped
from tests.licensing.retired.ground import CLIENT, URL, checking_edition, code_of, fetched, reopened, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Each step hands in the list held and gives back the next, or the words of the refusal.
STEP = """async ([held, document, keys, now]) => {
  try { return await documented.updated(held, document, keys, new Date(now)); } catch (error) { return error.message; }
}"""


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer) -> Any:
    """A page of another origin than the list's, as an application's would be; with the documented functions."""
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(live_server.url.replace("localhost", "127.0.0.1") + "/health/live")
    page.evaluate(
        f"() => {{ {example('javascript')}; window.documented = {{ updated, isRetired, normal }}; }}"
    )
    yield page
    context.close()


def moved() -> KeyAssignment:
    assignment = served(checking_edition())
    end(assignment, at=timezone.now(), reason="moved")
    return assignment


def updated(page: Page, held: Any, document: bytes, keys: dict[str, str], *, days: int = 0) -> Any:
    now = (timezone.now() + timedelta(days=days)).isoformat()
    return page.evaluate(STEP, [held, document.decode(), keys, now])


def test_the_documented_javascript_follows_a_real_list(
    page: Page, live_server: LiveServer, client: Client
) -> None:
    keys = shipped(new_signing_key(SigningPurpose.RETIRED))
    before, after = moved(), moved()
    reopened(after)
    refresh(now=timezone.now())
    held = updated(page, None, fetched(client), keys)

    reopened(before)
    end(KeyAssignment.objects.get(pk=after.pk), at=timezone.now(), reason="moved")
    refresh(now=timezone.now())
    later = updated(page, held, fetched(client, held["sequence"]), keys)

    answers = [
        page.evaluate(
            "(all) => documented.isRetired(...all)", [each, unit.key.edition.sku, code_of(unit.key)]
        )
        for each in (held, later)
        for unit in (before, after)
    ]
    assert answers == [True, False, False, True]
    assert later == CLIENT.updated(None, fetched(client), keys, timezone.now())


def test_the_documented_javascript_reads_the_list_from_another_origin(
    page: Page, live_server: LiveServer
) -> None:
    keys = shipped(new_signing_key(SigningPurpose.RETIRED))
    refresh(now=timezone.now())

    document = page.evaluate("async (url) => (await fetch(url)).text()", live_server.url + URL)

    assert updated(page, None, document.encode(), keys)["codes"] == {}


def test_the_documented_javascript_refuses_what_it_must(page: Page, client: Client) -> None:
    keys = shipped(new_signing_key(SigningPurpose.RETIRED))
    unit = moved()
    refresh(now=timezone.now())
    first = fetched(client)
    reopened(unit)
    refresh(now=timezone.now())
    held = updated(page, None, fetched(client), keys)
    other = shipped(new_signing_key(SigningPurpose.RETIRED))

    assert "older" in updated(page, held, first, keys)
    assert "expired" in updated(page, None, first, keys, days=7)
    assert "not signed" in updated(page, None, first, other)
    assert "not signed" in updated(page, None, first.replace(b"sequence", b"Sequence"), keys)
    assert "not signed" in updated(page, None, b"<html>", keys)
    assert "does not follow" in updated(page, None, fetched(client, held["sequence"]), keys)
    assert "digest" in updated(
        page, {**held, "codes": {"x": ["00" * 8]}}, fetched(client, held["sequence"]), keys
    )


def test_the_documented_javascript_reads_a_code_as_we_do(page: Page) -> None:
    code = f"Aé{_SPACES}ß{_DASHES}z_{_UNSEEN}ſ9"

    assert page.evaluate("(code) => documented.normal(code)", code) == normalise(code, form="spaced")
