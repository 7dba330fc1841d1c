"""axe finds nothing against WCAG 2 A and AA on the main pages, light and dark."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from config.staff.models import Approval
from tests.browser.conftest import NewBrowser
from tests.console.conftest import Filed
from tests.console.conftest import _second_factor_shown as _second_factor_shown  # noqa: PLC0414 - a fixture
from tests.console.conftest import filed as filed  # noqa: PLC0414 - a fixture
from tests.console.test_pages import list_address, page_address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
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
    page.goto(path)
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{path}: {each['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for each in found
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(
    scheme: str, new_browser: NewBrowser, filed: Filed, site: str, settings: LazySettings
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
    stranger = new_browser(color_scheme=scheme).new_page()
    context = new_browser(color_scheme=scheme)
    context.add_cookies([{"name": "sessionid", "value": client.session.session_key or "", "url": site}])
    inside = context.new_page()

    found = [fault for path in PUBLIC for fault in faults(stranger, path)]
    found += [fault for path in console_pages(filed, approval) for fault in faults(inside, path)]

    assert "\n".join(found) == ""
