"""What a customer does, one step a function."""

from django.db.models.functions import Now

from recovery.models import Message
from tests.journeys.browser import Browser
from tests.journeys.page import Page
from tests.journeys.service import Service
from tests.kit.mails import code_in, link_in
from tests.kit.smtp import Received


def ask(browser: Browser, email: str) -> Page:
    """Types the address and sends it; the page that waits for the code."""
    page = browser.submit(browser.get("/"), {"email": email})
    assert (page.status, "/requests/" in page.address) == (200, True), page.text
    return page


def mail_to(service: Service, address: str, *, number: int = 1) -> Received:
    """The so-manieth mail in that mailbox, once it is there."""
    return service.smtp.wait_for(number, to=address, timeout=service.patience)[number - 1]


def press_link(browser: Browser, mail: Received) -> Page:
    """Opens the mailed link and presses its button."""
    return browser.submit(open_link(browser, mail), action="/verify/")


def open_link(browser: Browser, mail: Received) -> Page:
    """Opens the mailed link: the page with the button, or why there is none."""
    return browser.get(link_in(mail, path="/verify/"))


def type_code(browser: Browser, page: Page, mail: Received) -> Page:
    """Types the mailed code on the request's page, as people type."""
    code = code_in(mail)
    return browser.submit(page, {"code": f" {code[:4].lower()} {code[4:]}"})


def recover(service: Service, email: str) -> tuple[Page, Received]:
    """The whole road by the link: the licenses page, and the mail with the keys."""
    browser = service.browser()
    ask(browser, email)
    page = press_link(browser, mail_to(service, email))
    return page, mail_to(service, email, number=2)


def make_due() -> None:
    """Lets the time pass that every put-off mail waits for; within `service.records()`.

    Leaves what is due alone: a worker passes over rows that somebody else is writing.
    """
    Message.objects.filter(due_at__gt=Now()).update(due_at=Now())
