"""What the pages are like to use: by keyboard, on a phone, in the dark, with a screen reader."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from recovery.models import Message, MessageState, RecoveryRequest
from tests.browser.conftest import CODE, NewBrowser
from tests.browser.test_road import ask, mailed_link, press
from tests.kit.mails import code_in
from tests.kit.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Deliver = Callable[[], int]

SMALL_TARGETS = """() => [...document.querySelectorAll("a.button, button, input:not([type=hidden]), footer a, .brand")]
  .filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44)
  .map((each) => each.outerHTML)"""
WIDER_THAN_THE_SCREEN = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
LOW_CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const each of document.body.querySelectorAll("*")) {
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !each.offsetParent) continue;
    const [one, other] = [light(rgb(getComputedStyle(each).color)), light(ground(each))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${each.outerHTML.slice(0, 80)}`);
  }
  return bad;
}"""


def check(page: Page) -> None:
    page.wait_for_load_state("load")  # style sheets included
    assert not page.evaluate(WIDER_THAN_THE_SCREEN), f"{page.url} scrolls sideways"
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
)
def test_fit_every_screen_and_read_in_every_light(
    new_browser: NewBrowser, smtp: SmtpServer, deliver: Deliver, scheme: str, width: int
) -> None:
    page = new_browser(color_scheme=scheme, viewport={"width": width, "height": 740}).new_page()
    page.goto("/privacy/")
    check(page)
    page.goto("/")
    page.get_by_label("Your email address").fill("nobody")
    page.get_by_role("button").click()
    expect(page.locator("#email-error")).to_be_visible()
    check(page)
    ask(page)
    page.get_by_label("The code from the mail").fill("0000-0000")
    page.get_by_role("button").click()
    expect(page.locator("#code-error")).to_be_visible()
    check(page)
    waiting = page.url
    deliver()
    for state in (MessageState.REFUSED, MessageState.WITHHELD, MessageState.ACCEPTED):
        Message.objects.update(state=state)
        page.goto(waiting)
        check(page)
    page.goto(mailed_link(smtp))
    check(page)
    page.get_by_role("button", name="Show my licenses").click()
    expect(page.locator("code")).to_be_visible()
    check(page)
    page.goto(waiting)
    expect(page.get_by_role("heading", level=1)).to_have_text("The mailbox is proved")
    check(page)


def test_can_be_walked_by_keyboard_alone(page: Page, smtp: SmtpServer, deliver: Deliver) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your email address")).to_be_focused()
    page.keyboard.type("anna@example.com")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/**")
    deliver()
    page.goto(mailed_link(smtp))
    expect(page.get_by_role("button", name="Show my licenses")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("code")).to_have_text(CODE)


def test_focus_and_explain_the_field_that_is_wrong(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Your email address").fill("nobody")
    page.get_by_role("button").click()
    field = page.get_by_label("Your email address")
    expect(field).to_be_focused()
    expect(field).to_have_value("nobody")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("An email address needs an @ sign"))


def test_copy_a_key_exactly(new_browser: NewBrowser, smtp: SmtpServer, deliver: Deliver) -> None:
    page = new_browser(permissions=["clipboard-read", "clipboard-write"]).new_page()
    ask(page)
    deliver()
    press(page, mailed_link(smtp))
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == CODE


def test_select_a_key_in_one_go_without_scripts(
    new_browser: NewBrowser, smtp: SmtpServer, deliver: Deliver
) -> None:
    page = new_browser(java_script_enabled=False).new_page()
    ask(page)
    deliver()
    press(page, mailed_link(smtp))
    page.locator("code").click()
    assert page.evaluate("getSelection().toString().trim()") == CODE
    expect(page.get_by_role("button", name="Copy the key")).to_be_hidden()


def test_group_the_code_while_it_is_typed(page: Page, smtp: SmtpServer, deliver: Deliver) -> None:
    ask(page)
    deliver()
    code = code_in(smtp.messages[-1])
    field = page.get_by_label("The code from the mail")
    field.press_sequentially(code.lower())
    expect(field).to_have_value(f"{code[:4]}-{code[4:]}")


def test_send_a_form_once_however_often_it_is_clicked(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Your email address").fill("anna@example.com")
    page.get_by_role("button").dblclick()
    page.wait_for_url("**/requests/**")
    assert RecoveryRequest.objects.count() == 1


def test_move_nothing_for_who_wants_no_motion(new_browser: NewBrowser) -> None:
    page = new_browser(reduced_motion="reduce").new_page()
    page.goto("/")
    assert page.evaluate("getComputedStyle(document.querySelector('.button')).transitionDuration") == "0s"
