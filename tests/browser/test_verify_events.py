"""The JavaScript of docs/outgoing.md, with the WebCrypto that Node, Deno and workers have, too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.licensing.outgoing.documented import BODY, SECRET, bad, example, good

pytestmark = pytest.mark.browser

VERIFY = """async ([secret, headers, body]) => {
  try { return (await window.verified(secret, headers, new Uint8Array(body))).length; }
  catch (error) { return `refused: ${error.message}`; }
}"""


def test_takes_what_we_signed_and_refuses_anything_else(chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.route("http://receiver.localhost/", lambda route: route.fulfill(body="<!doctype html>"))
    page.goto("http://receiver.localhost/")
    page.evaluate(f"() => {{ {example('javascript')}; window.verified = verified; }}")

    said = {
        words: page.evaluate(VERIFY, [SECRET, headers, list(BODY)])
        for words, headers in {**good(), **bad()}.items()
    }
    context.close()

    assert {words: said[words] for words in good()} == dict.fromkeys(good(), len(BODY))
    assert [words for words in bad() if not str(said[words]).startswith("refused: ")] == []
