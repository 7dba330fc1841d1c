"""The JavaScript of docs/api-dialog.md, on a page of a listed origin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page

from licensing.models import Edition
from tests.api.documented import javascript_dialog
from tests.browser.conftest import CODE, OtherSite
from tests.kit.mails import code_in
from tests.kit.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RUN = """async ([service, email, sku]) => {
  try { return await recoveredKey(service, email, sku, showMail, askCode, 10); } catch (error) { return error.name; }
}"""


@pytest.fixture
def application(page: Page, other_site: OtherSite, smtp: SmtpServer, deliver: Callable[[], int]) -> Page:
    """A page of another site with the documented functions, and a customer who reads their mail."""
    page.goto(other_site.origin)
    page.expose_function("showMail", lambda state: deliver())
    page.expose_function("askCode", lambda hint: code_in(smtp.messages[-1]))
    page.evaluate(f"() => {{ {javascript_dialog()}; window.recoveredKey = recoveredKey; }}")
    return page


def test_recovers_a_key_from_a_listed_origin(
    application: Page, other_site: OtherSite, site: str, settings: LazySettings
) -> None:
    settings.API_ORIGINS = [other_site.origin]
    sku = Edition.objects.get().sku
    assert application.evaluate(RUN, [site, "anna@example.com", sku]) == CODE
