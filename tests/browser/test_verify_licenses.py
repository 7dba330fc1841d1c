"""The JavaScript of docs/verify-licenses.md, run by a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.licensing.sources.documented import BAD, FACTS, GOOD, PUBLIC_KEYS, example

pytestmark = pytest.mark.browser

READ = """async ([text, keys]) => {
  try { return await window.readLicense(text, keys); } catch (error) { return `refused: ${error.message}`; }
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page where WebCrypto works, with the documented function."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("http://application.localhost/", lambda route: route.fulfill(body="<!doctype html>"))
    page.goto("http://application.localhost/")
    page.evaluate(f"() => {{ {example('javascript')}; window.readLicense = readLicense; }}")
    yield page
    context.close()


def test_reads_genuine_documents(page: Page) -> None:
    read = {words: page.evaluate(READ, [text, PUBLIC_KEYS]) for words, text in GOOD.items()}

    assert read == dict.fromkeys(GOOD, FACTS)


def test_refuses_anything_else(page: Page) -> None:
    read = {words: page.evaluate(READ, [text, PUBLIC_KEYS]) for words, text in BAD.items()}

    accepted = [words for words, said in read.items() if not str(said).startswith("refused: ")]
    assert accepted == []
