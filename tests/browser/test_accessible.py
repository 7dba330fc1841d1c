"""axe finds nothing against WCAG 2 A and AA on the main pages, light and dark."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from config.staff.models import Approval
from tests.console.conftest import Filed
from tests.console.conftest import _second_factor_shown as _second_factor_shown  # noqa: PLC0414 - a fixture
from tests.console.conftest import filed as filed  # noqa: PLC0414 - a fixture
from tests.console.test_pages import list_address, page_address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
COLOURS = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block"],
}  # what else differs in the dark
PUBLIC = ("/", "/privacy", "/console/login/")


def console_pages(filed: Filed, approval: Approval) -> Iterator[str]:
    exchange = filed.license.exchanges.get()
    yield from (
        "/console/",
        reverse("admin:find"),
        reverse("admin:figures"),
        list_address(type(filed.customer)),
        page_address(filed.customer),
        page_address(filed.case),
        page_address(exchange),
        f"{reverse('admin:recovery_exchange_start')}?license={filed.license.pk}",
        reverse("admin:recovery_ownerchange_changelist"),
        reverse("admin:wording_index"),
        reverse("admin:wording_edit", args=["keys", "en"]),
        reverse("admin:audit_trail"),
        reverse("admin:approvals"),
        reverse("admin:approval", args=[approval.pk]),
        reverse("admin:licensing_importrun_upload"),
        reverse("staff_people"),
        reverse("mfa_index"),
    )


def faults(page: Page, path: str) -> list[str]:
    """The page is loaded once; then the lights go out."""
    page.emulate_media(color_scheme="light")
    page.goto(path)
    found = violations(page, f"{path} (light)", RULES)
    page.emulate_media(color_scheme="dark")
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")  # colours fade over
    return found + violations(page, f"{path} (dark)", COLOURS)


def violations(page: Page, where: str, rules: dict[str, Any]) -> list[str]:
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{where}: {each['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for each in found
        for node in each["nodes"][:3]
    ]


def test_nothing_stands_in_anybodys_way(
    chromium: Browser, filed: Filed, site: str, settings: LazySettings
) -> None:
    settings.SESSION_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME = "sessionid"
    client = Client()
    support = User.objects.create_superuser("support")
    client.force_login(support)
    approval = Approval.objects.create(
        kind="exports",
        title="Export",
        method="POST",
        address="/console/",
        fields=[["kind", ["zip"]]],
        digest=b"d" * 32,
        reason="Moving",
        asked_by=User.objects.create_user("asker", is_staff=True),
        expires_at="2999-01-01T00:00Z",
    )
    context = chromium.new_context(base_url=site)
    page = context.new_page()
    found = [fault for path in PUBLIC for fault in faults(page, path)]
    context.add_cookies([{"name": "sessionid", "value": client.session.session_key or "", "url": site}])
    found += [fault for path in console_pages(filed, approval) for fault in faults(page, path)]
    context.close()

    assert not found, "\n".join(found)
