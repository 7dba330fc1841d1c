"""The button on the vendor's own site, in a browser: also on one that would like to know more (threats.md row 56)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, Page

from recovery.web.embed import SCRIPT
from tests.browser.conftest import CODE, OtherSite
from tests.kit.mails import code_in, link_in
from tests.kit.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOST_PAGE = """<!doctype html><title>A shop</title>
<script>
  window.told = [];
  document.addEventListener("license-recovery:done", () => told.push("done"));
  addEventListener("message", (event) => told.push(event.data));
  new BroadcastChannel("license-recovery").addEventListener("message", (event) => told.push(`heard ${event.data}`));
</script>
<p id="place"></p>
<script src="%s/embed.js" data-into="#place" data-label="Lost it?"></script>"""
# What a page can try with a window that it opened itself, and by a script: just when the keys are on show.
PRY = """async (service) => {
  const opened = window.open(`${service}/licenses/`);
  while (!opened.closed) await new Promise((go) => setTimeout(go, 50));
  const tried = (what) => { try { return String(what()); } catch (error) { return error.name; } };
  const read = (path) => fetch(service + path, { credentials: "include" }).then((r) => r.text(), (e) => e.name);
  opened.postMessage("tell me", "*");
  return {
    closed: tried(() => opened.closed),
    page: tried(() => opened.document.body.innerHTML),
    licenses: await read("/licenses/"),
    api: await read("/api/v1/licenses/"),
  };
}"""

BEGIN = datetime(2026, 11, 29, 10, tzinfo=UTC)
SECONDS = 4_000
TO_THE_FRONT = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def shop(site: str, other_site: OtherSite, settings: LazySettings) -> str:
    """The vendor's page with the button."""
    page = f"{other_site.origin}/lost-key"
    settings.EMBED_PAGES = [page]
    other_site.html = HOST_PAGE % site
    return page


def prove(page: Page, smtp: SmtpServer, deliver: Callable[[], int]) -> None:
    page.get_by_label("Your email address").fill("anna@example.com")
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_label("The code from the mail").wait_for()
    deliver()
    page.get_by_label("The code from the mail").fill(code_in(smtp.messages[-1]))
    page.get_by_role("button", name="Show my licenses").click()
    page.get_by_role("heading", name="Your licenses").wait_for()


def test_the_button_leads_there_and_back_and_the_shop_learns_that_it_is_done(
    shop: str, page: Page, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    page.goto(shop)
    with page.context.expect_page() as opening:
        page.get_by_role("button", name="Lost it?").click()
    ours = opening.value
    prove(ours, smtp, deliver)
    assert CODE in ours.content()
    ours.get_by_role("button", name="I’m done").click()
    ours.get_by_role("link", name="Back to").click()
    page.wait_for_function("told.includes('done')")
    assert set(page.evaluate("told")) <= {"done", "heard done", "heard heard"}
    assert CODE not in page.content()
    if not ours.is_closed():
        assert ours.url == shop
        assert ours.evaluate("document.referrer") == ""


def asking(page: Page, site: str, shop: str) -> None:
    """The window that the vendor's page opened. Its clock stands still: it looks for nothing by itself."""
    page.clock.install(time=BEGIN)
    page.goto(f"{site}/?back={quote(shop)}")
    page.get_by_label("Your email address").fill("anna@example.com")
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_label("The code from the mail").wait_for()
    page.clock.pause_at(BEGIN + timedelta(minutes=1))


def proved_by_link(page: Page, smtp: SmtpServer, deliver: Callable[[], int]) -> Page:
    """The window that the mail's link opened, in the same browser."""
    deliver()
    other = page.context.new_page()
    other.goto(link_in(smtp.messages[-1]))
    other.get_by_role("button", name="Show my licenses").click()
    other.get_by_role("heading", name="Your licenses").wait_for()
    return other


def put_away(other: Page) -> None:
    other.get_by_role("button", name="I’m done").click()
    other.get_by_role("link", name="Back to").wait_for()


def test_the_window_that_asked_hears_at_once_what_the_mails_window_did_and_leads_back(
    shop: str, site: str, page: Page, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    asking(page, site, shop)
    other = proved_by_link(page, smtp, deliver)
    page.get_by_role("link", name="Show my licenses").wait_for()
    put_away(other)
    back = page.get_by_role("link", name="Back to")
    assert back.get_attribute("href") == f"{shop}#license-recovery=done"


@pytest.mark.parametrize(
    "look",
    [lambda page: page.clock.run_for(SECONDS), lambda page: page.evaluate(TO_THE_FRONT)],
    ids=["within_seconds", "at_once_when_it_comes_to_the_front"],
)
def test_a_window_that_heard_nothing_looks(
    look: Callable[[Page], object],
    shop: str,
    site: str,
    page: Page,
    smtp: SmtpServer,
    deliver: Callable[[], int],
) -> None:
    page.add_init_script("delete window.BroadcastChannel")
    asking(page, site, shop)
    other = proved_by_link(page, smtp, deliver)
    look(page)
    page.get_by_role("link", name="Show my licenses").wait_for()
    put_away(other)
    look(page)
    page.get_by_role("link", name="Back to").wait_for()


def test_a_window_with_open_licenses_looks_seldom_after_some_minutes_and_ends_with_them(
    shop: str, site: str, page: Page, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    asking(page, site, shop)
    proved_by_link(page, smtp, deliver)
    page.get_by_role("link", name="Show my licenses").wait_for()
    page.wait_for_load_state("load")
    with page.expect_response("**/requests/*/"):
        page.clock.fast_forward(3 * 60_000)
    looks: list[str] = []
    page.on("request", lambda request: looks.append(request.url))
    page.evaluate("fetch('/embed.js')")  # whatever else was asked for before is in the list now, too
    page.clock.run_for(15_000)
    with page.expect_response("**/requests/*/"):
        page.clock.run_for(6_000)
    assert len([each for each in looks if "/requests/" in each]) == 1
    with page.expect_response("**/requests/*/"):
        page.clock.fast_forward(40 * 60_000)
    looks.clear()
    page.clock.run_for(10 * 60_000)
    page.evaluate("fetch('/embed.js').then(() => null)")
    assert [each for each in looks if "/requests/" in each] == []


def test_a_shop_that_pries_sees_nothing(
    shop: str, chromium: Browser, site: str, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    context = chromium.new_context()  # which complains of what it is refused
    ours = context.new_page()
    ours.goto(site)
    prove(ours, smtp, deliver)
    page = context.new_page()
    page.goto(shop)
    seen = page.evaluate(PRY, site)
    assert CODE not in str(seen)
    assert (seen["closed"], seen["licenses"], seen["api"]) == ("true", "TypeError", "TypeError")
    assert page.evaluate("told") == []
    context.close()


def test_it_is_small() -> None:
    assert SCRIPT.stat().st_size <= 6 * 1024
