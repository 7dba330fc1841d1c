"""The reference of the API at /api/docs/, where a newcomer tries the calls."""

import re

import pytest
from playwright.sync_api import Page, expect

from recovery.api.docs import description
from tests.browser.conftest import NewBrowser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCHEMES = ["requestSecret", "accessToken", "apiKey"]
IS_IN_VIEW = """(field) => {
  const { top, bottom } = field.getBoundingClientRect();
  const content = field.closest(".modal-ux-content").getBoundingClientRect();
  return content.top <= top && bottom <= content.bottom && 0 <= top && bottom <= innerHeight;
}"""


def authorize(page: Page) -> None:
    page.goto("/api/docs/")
    page.get_by_role("button", name="Authorize", exact=True).click()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_dialog_opens_at_its_top_with_the_field_that_is_needed_first(
    new_browser: NewBrowser, width: int
) -> None:
    page = new_browser(viewport={"width": width, "height": 740}).new_page()
    authorize(page)
    field = page.get_by_label("requestSecret")
    expect(field).to_be_focused()
    assert page.evaluate("document.querySelector('.modal-ux-content').scrollTop") == 0
    assert field.evaluate(IS_IN_VIEW)
    for name in SCHEMES:
        expect(page.get_by_role("textbox", name=name, exact=True)).to_have_count(1)


def test_what_is_given_there_goes_along_with_the_calls_that_it_is_for(page: Page) -> None:
    authorize(page)
    page.get_by_label("accessToken").fill("a-token")
    page.get_by_role("button", name="Apply given OAuth2 credentials").or_(
        page.get_by_role("button", name="Apply credentials")
    ).nth(1).click()
    page.get_by_role("button", name="Close").last.click()
    page.locator("#operations-Licenses-listLicenses .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_request("**/api/v1/licenses/") as called:
        page.get_by_role("button", name="Execute").click()
    assert called.value.all_headers()["authorization"] == "Bearer a-token"


def test_the_first_lines_lead_to_the_calls_with_an_api_key(page: Page) -> None:
    (address,) = re.findall(r"\[the calls with an API key\]\((.+?)\)", description()["info"]["description"])
    page.goto(address)
    expect(page.get_by_role("link", name="API keys", exact=True)).to_be_in_viewport(timeout=30_000)
    expect(page.get_by_role("link", name="the calls with an API key")).to_have_attribute("href", address)
