"""The main road as a person walks it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from recovery.models import Challenge
from tests.browser.conftest import CODE, NewBrowser
from tests.kit.mails import code_in, link_in
from tests.kit.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Deliver = Callable[[], int]


def ask(page: Page, email: str = "anna@example.com") -> None:
    page.goto("/")
    page.get_by_label("Your email address").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page).to_have_url(re.compile(r"/requests/[0-9a-f-]{36}/$"))


def press(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Show my licenses").click()


def mailed_link(smtp: SmtpServer) -> str:
    return link_in(smtp.messages[-1], path="/verify/")


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def any_browser(request: pytest.FixtureRequest, new_browser: NewBrowser) -> BrowserContext:
    return new_browser(java_script_enabled=request.param)


def test_leads_from_the_address_by_the_link_to_the_keys(
    any_browser: BrowserContext, smtp: SmtpServer, deliver: Deliver
) -> None:
    page = any_browser.new_page()
    ask(page)
    deliver()
    press(page, mailed_link(smtp))
    expect(page).to_have_url(re.compile("/licenses/$"))
    expect(page.locator("code")).to_have_text(CODE)
    page.get_by_role("button", name="I’m done").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All put away")


def test_leads_by_the_code_to_the_keys(
    any_browser: BrowserContext, smtp: SmtpServer, deliver: Deliver
) -> None:
    page = any_browser.new_page()
    ask(page)
    deliver()
    page.get_by_label("The code from the mail").fill(code_in(smtp.messages[-1]).lower())
    page.get_by_role("button", name="Show my licenses").click()
    expect(page.locator("code")).to_have_text(CODE)


def test_proves_only_the_browser_that_clicks(
    new_browser: NewBrowser, smtp: SmtpServer, deliver: Deliver
) -> None:
    asking, clicking = new_browser().new_page(), new_browser().new_page()
    ask(asking)
    deliver()
    press(clicking, mailed_link(smtp))
    expect(clicking.locator("code")).to_have_text(CODE)
    asking.goto("/licenses/")
    expect(asking.get_by_role("heading", level=1)).to_have_text("Your licenses are put away")


def test_survives_a_scanner_that_runs_scripts(
    new_browser: NewBrowser, page: Page, smtp: SmtpServer, deliver: Deliver
) -> None:
    ask(page)
    deliver()
    scanner = new_browser().new_page()
    scanner.goto(mailed_link(smtp), wait_until="networkidle")
    assert not Challenge.objects.exclude(consumed_at=None).exists()
    press(page, mailed_link(smtp))
    expect(page.locator("code")).to_have_text(CODE)


def test_never_shows_the_token_to_another_address(page: Page, smtp: SmtpServer, deliver: Deliver) -> None:
    ask(page)
    deliver()
    link = mailed_link(smtp)
    token = link.rstrip("/").rpartition("/")[2]
    later: list[Request] = []
    page.on("request", lambda request: later.append(request))
    press(page, link)
    expect(page.locator("code")).to_be_visible()
    seen = [request for request in later if request.url != link]
    assert len(seen) > 3
    assert not any(token in request.url for request in seen)
    assert not any(token in request.all_headers().get("referer", "") for request in seen)
    assert token not in page.url


def test_tells_about_the_mail_without_being_asked(page: Page, deliver: Deliver, smtp: SmtpServer) -> None:
    ask(page)
    expect(page.get_by_role("status")).to_contain_text("waiting to go out")
    deliver()
    expect(page.get_by_role("status")).to_contain_text(
        "Your mail server has accepted the mail.", timeout=20_000
    )


def test_offers_the_same_news_by_a_click_without_scripts(
    new_browser: NewBrowser, deliver: Deliver, smtp: SmtpServer
) -> None:
    page = new_browser(java_script_enabled=False).new_page()
    ask(page)
    deliver()
    page.get_by_role("link", name="See what has become of the mail").click()
    expect(page.get_by_role("status")).to_contain_text("Your mail server has accepted the mail.")


def test_sends_a_fresh_link_with_one_click(page: Page, smtp: SmtpServer, deliver: Deliver) -> None:
    ask(page)
    deliver()
    Challenge.objects.update(expires_at="2020-01-01T00:00:00Z")
    page.goto(mailed_link(smtp))
    page.get_by_role("button", name="Send a fresh link").click()
    expect(page).to_have_url(re.compile("/requests/"))
    assert deliver() == 1
    press(page, mailed_link(smtp))
    expect(page.locator("code")).to_have_text(CODE)
