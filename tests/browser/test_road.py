"""The main road as a person walks it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect

from recovery.models import Challenge, Message, MessageState
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
    expect(page.get_by_role("status")).to_contain_text("waiting to go out", use_inner_text=True)
    deliver()
    expect(page.get_by_role("status")).to_contain_text(
        "Your mail server has accepted the mail.", timeout=20_000, use_inner_text=True
    )


def tell(state: MessageState) -> None:
    Message.objects.update(state=state)


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def test_tells_also_what_changes_after_the_mail_was_accepted(
    page: Page, deliver: Deliver, smtp: SmtpServer
) -> None:
    """A bounce may come back minutes later."""
    page.clock.install()
    ask(page)
    deliver()
    page.clock.run_for(5_000)
    expect(page.get_by_role("status")).to_contain_text("has accepted the mail", use_inner_text=True)
    page.get_by_label("The code from the mail").fill("1234")
    tell(MessageState.REFUSED)
    page.clock.run_for(60_000)
    expect(heading(page)).to_have_text("The mail could not be delivered", use_inner_text=True)
    expect(page).to_have_title(re.compile("^The mail could not be delivered"))
    expect(page.get_by_role("status")).to_contain_text(
        "Your mail server refused the mail.", use_inner_text=True
    )
    expect(page.get_by_label("The code from the mail")).to_have_value("1234")


def test_stops_looking_after_a_quarter_of_an_hour(page: Page) -> None:
    page.clock.install()
    ask(page)
    page.clock.run_for(16 * 60_000)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.clock.run_for(10 * 60_000)
    assert asked == []


def test_shows_the_way_on_when_the_mailbox_is_proved_in_another_tab(
    any_browser: BrowserContext, deliver: Deliver, smtp: SmtpServer
) -> None:
    first, second = any_browser.new_page(), any_browser.new_page()
    ask(first)
    deliver()
    press(second, mailed_link(smtp))
    expect(second.locator("code")).to_have_text(CODE)
    first.bring_to_front()
    if first.get_by_role("link", name="See what has become of the mail").is_visible():
        first.get_by_role("link", name="See what has become of the mail").click()
    expect(heading(first)).to_have_text("The mailbox is proved", timeout=20_000)
    first.get_by_role("link", name="Show my licenses").click()
    expect(first.locator("code")).to_have_text(CODE)


def test_offers_the_same_news_by_a_click_without_scripts(
    new_browser: NewBrowser, deliver: Deliver, smtp: SmtpServer
) -> None:
    page = new_browser(java_script_enabled=False).new_page()
    ask(page)
    deliver()
    page.get_by_role("link", name="See what has become of the mail").click()
    expect(page.get_by_role("status")).to_contain_text(
        "Your mail server has accepted the mail.", use_inner_text=True
    )


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
