"""Windows to Mac and back, as a person does it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from licensing.models import EmailAddress, License
from tests import factories
from tests.browser.conftest import NewBrowser
from tests.browser.test_road import ask, mailed_link, press
from tests.kit.mails import text_of
from tests.kit.smtp import SmtpServer
from tests.recovery.exchanging import owned, shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WINDOWS, MAC = "WIN-0001-ABCD-EFGH", "MAC-0001-ABCD-EFGH"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def any_browser(request: pytest.FixtureRequest, new_browser: NewBrowser) -> BrowserContext:
    return new_browser(java_script_enabled=request.param)


def bought(**policy: Any) -> License:
    """One more license of the owner whom the browser tests know."""
    owner = EmailAddress.objects.get(canonical="anna@example.com").customer
    sold = shop(name="Clip Cutter", **policy)
    if not policy:
        factories.key(edition=sold.mac, code=MAC)
    return owned(sold.windows, owner=owner, code=WINDOWS)


def opened(browser: BrowserContext, smtp: SmtpServer, deliver: Callable[[], int]) -> Page:
    page = browser.new_page()
    ask(page)
    deliver()
    press(page, mailed_link(smtp))
    expect(page).to_have_url(re.compile("/licenses/$"))
    return page


def test_moves_reads_the_new_code_and_takes_it_back(
    any_browser: BrowserContext, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    bought()
    page = opened(any_browser, smtp, deliver)

    page.get_by_role("link", name="Move to Mac").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move Clip Cutter from Windows to Mac")
    expect(page.locator("main")).to_contain_text("stays valid until")
    page.get_by_role("button", name="Move to Mac").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done: Clip Cutter is now for Mac")
    expect(page.locator("code")).to_have_text(MAC)
    deliver()
    assert MAC in text_of(smtp.messages[-1])

    page.get_by_role("link", name="All your licenses").click()
    expect(page.locator(".history")).to_contain_text("Moved from Windows on")
    page.get_by_role("link", name="Undo this move").click()
    page.get_by_role("button", name="Undo this move").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone: Clip Cutter is for Windows again")
    expect(page.locator("code")).to_have_text(WINDOWS)

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    deliver()
    assert WINDOWS in text_of(smtp.messages[-1])


def test_asks_support_where_the_rules_end(
    any_browser: BrowserContext, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    bought(exchange_needs_approval=True)
    page = opened(any_browser, smtp, deliver)

    page.get_by_role("link", name="Move to Mac").click()
    page.get_by_label("What should support know?").fill("My PC died.")
    page.get_by_role("button", name="Send this to support").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Support has your question")
    expect(page.locator(".letters")).to_contain_text("My PC died.")


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_a_move_fits_its_screen(
    width: int, new_browser: NewBrowser, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    unit = bought()
    owned(unit.edition, owner=unit.owner)
    page = opened(new_browser(viewport={"width": width, "height": 740}), smtp, deliver)

    page.get_by_role("link", name="Move to Mac").first.click()
    fits(page, "Move Clip Cutter from Windows to Mac")
    page.get_by_role("button", name="Move to Mac").click()
    fits(page, "Done: Clip Cutter is now for Mac")
    page.get_by_role("link", name="Undo this move").click()
    fits(page, "Take Clip Cutter back to Windows?")


def fits(page: Page, heading: str) -> None:
    """The page of that heading, once it is there: a click returns before the next page has come."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
