"""On a phone nothing of these pages has to be pushed sideways to be read."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

from recovery.models import MessageState, OwnerChange
from tests.console.conftest import Filed
from tests.console.conftest import _second_factor_shown as _second_factor_shown  # noqa: PLC0414 - a fixture
from tests.console.conftest import filed as filed  # noqa: PLC0414 - a fixture
from tests.console.test_pages import page_address
from tests.factories import owner_of
from tests.recovery.owning import approved

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


def test_pages_fit_on_a_phone(chromium: Browser, filed: Filed, site: str, settings: LazySettings) -> None:
    settings.SESSION_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME = "sessionid"
    client = Client()
    client.force_login(User.objects.create_superuser("support"))
    change = change_of_which_nobody_was_told()
    context = chromium.new_context(base_url=site, viewport={"width": 360, "height": 800})
    context.add_cookies([{"name": "sessionid", "value": client.session.session_key or "", "url": site}])
    page = context.new_page()
    found = []
    for path in (
        page_address(change),
        "/console/",
        page_address(filed.customer),
        reverse("admin:customer_erase", args=[filed.customer.pk]),
        reverse("admin:customer_deed", args=[filed.customer.pk, "add-purchase"]),
    ):
        page.goto(path)
        found += [f"{path}: {each}" for each in page.evaluate(TOO_WIDE) + page.evaluate(OUT_OF_ITS_BOX)]
    context.close()

    assert "\n".join(found) == ""
