"""The JavaScript client, in a browser: on a page of a listed site, and with an API key where no page ever should be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page

from clients.javascript_code import FILE
from licensing.models import License
from tests.api.vendor.conftest import made
from tests.browser.conftest import CODE, NewBrowser, OtherSite
from tests.kit.mails import code_in
from tests.kit.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOAD = """async (source) => {
  window.client = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
}"""
RECOVER = """async ([url, email]) => {
  const service = new client.LicenseRecovery(url);
  const { id, secret } = await service.askForMail({ email });
  await deliver();
  try { await service.proveMailbox(id, { code: "0000-000U" }, { secret }); } catch (error) { window.code = error.code; }
  const { access_token: token } = await service.proveMailbox(id, { code: await readMail() }, { secret });
  const { licenses } = await service.listLicenses({ token });
  return [window.code, licenses[0].key.code];
}"""
REVOKE = """async ([url, apiKey]) => {
  const service = new client.LicenseRecovery(url, { apiKey });
  for await (const { id } of client.pages((asked) => service.listSoldLicenses(asked), { limit: 1 })) {
    const { etag } = await service.showSoldLicense(id);
    await service.revokeLicense(id, etag, { reason: "Sold on" });
    try { await service.restoreLicense(id, etag, { reason: "No" }); } catch (error) { return error.code; }
  }
}"""


def test_recovers_a_key_from_a_listed_origin(
    page: Page,
    other_site: OtherSite,
    site: str,
    settings: LazySettings,
    smtp: SmtpServer,
    deliver: Callable[[], int],
) -> None:
    settings.API_ORIGINS = [other_site.origin]
    page.goto(other_site.origin)
    page.expose_function("deliver", lambda: deliver())
    page.expose_function("readMail", lambda: code_in(smtp.messages[-1]))
    page.evaluate(LOAD, FILE.read_text())
    assert page.evaluate(RECOVER, [site, "anna@example.com"]) == ["wrong_code", CODE]


def test_changes_what_it_read_with_an_api_key(new_browser: NewBrowser, site: str) -> None:
    """As in Node: on our own origin, its policy switched off, since elsewhere no browser lets such calls through."""
    page = new_browser(bypass_csp=True).new_page()
    page.goto("/health/live")
    page.evaluate(LOAD, FILE.read_text())
    assert page.evaluate(REVOKE, [site, made()[1]]) == "changed_meanwhile"
    assert License.objects.get().revoked_reason == "Sold on"
