"""On a phone nothing of these pages has to be pushed sideways to be read, nor lists on a wide screen."""

from collections.abc import Callable, Iterable, Iterator

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from licensing.models import Customer
from recovery.models import MessageState, OwnerChange
from tests.console.conftest import Filed
from tests.console.conftest import _second_factor_shown as _second_factor_shown  # noqa: PLC0414 - a fixture
from tests.console.conftest import filed as filed  # noqa: PLC0414 - a fixture
from tests.console.test_pages import page_address
from tests.factories import owner_of
from tests.recovery.owning import approved, proved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = (
    "550 5.7.1 Service unavailable; client host blocked, see https://blocklist.example/lookup?ip=192.0.2.1"
)
TOO_WIDE = """() => [...document.querySelectorAll("html, body *")]
    .filter(each => each.tagName === "HTML" || ["auto", "scroll"].includes(getComputedStyle(each).overflowX))
    .filter(each => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1)
    .map(each => `${each.tagName}.${each.className} ${each.scrollWidth} > ${each.clientWidth}`)"""
OUT_OF_ITS_BOX = """() => [...document.querySelectorAll(".deed select, .deed input, .deed textarea")]
    .filter(each => each.offsetWidth && each.getBoundingClientRect().right
        > each.closest(".deed").getBoundingClientRect().right - 8)
    .map(each => each.name)"""


def change_of_which_nobody_was_told() -> OwnerChange:
    change = approved(owner_of("bob@example.com", reference="GR-88"), new="bob@new.example")
    change.mails.update(state=MessageState.REFUSED, reply=WORDS)
    return change


def somebody_long() -> Customer:
    """As long as columns take, and without a blank to break at."""
    owner = owner_of(f"{'local' * 12}@{'domain' * 9}.example", codes=["LONG-0001-ABCD"], reference="X" * 120)
    Customer.objects.filter(pk=owner.pk).update(full_name="Wolfeschlegel" * 9, company="Dampfschiff" * 9)
    return owner


@pytest.fixture
def console(chromium: Browser, site: str, settings: LazySettings) -> Iterator[Callable[[int], Page]]:
    """A page of the console for an administrator, in a window of that width."""
    settings.SESSION_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME = "sessionid"
    client = Client()
    client.force_login(User.objects.create_superuser("support"))
    contexts = []

    def opened(width: int) -> Page:
        contexts.append(chromium.new_context(base_url=site, viewport={"width": width, "height": 800}))
        contexts[-1].add_cookies(
            [{"name": "sessionid", "value": client.session.session_key or "", "url": site}]
        )
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def too_wide(page: Page, paths: Iterable[str]) -> str:
    found = []
    for path in paths:
        page.goto(path)
        found += [f"{path}: {each}" for each in page.evaluate(TOO_WIDE) + page.evaluate(OUT_OF_ITS_BOX)]
    return "\n".join(found)


def test_pages_fit_on_a_phone(filed: Filed, console: Callable[[int], Page]) -> None:
    long, reference = somebody_long(), "X" * 120
    claim = proved(new="long@new.example", order=reference, code="LONG-9999-ABCD", old_address="x@y.example")
    paths = (
        page_address(change_of_which_nobody_was_told()),
        page_address(claim),
        "/console/",
        page_address(filed.customer),
        page_address(long),
        reverse("admin:licensing_purchase_changelist"),
        reverse("admin:licensing_edition_stock"),
        reverse("admin:customer_erase", args=[filed.customer.pk]),
        reverse("admin:customer_deed", args=[filed.customer.pk, "add-purchase"]),
    )
    assert too_wide(console(360), paths) == ""


def test_one_long_name_pushes_no_column_of_a_list_out_of_sight(console: Callable[[int], Page]) -> None:
    somebody_long()
    lists = ("customer", "purchase", "license", "emailaddress")
    paths = [reverse(f"admin:licensing_{each}_changelist") for each in lists]
    assert too_wide(console(1280), paths) == ""
