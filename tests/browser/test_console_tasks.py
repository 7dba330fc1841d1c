"""The things that support is asked most, as somebody of support does them: from the box on top, by clicks."""

import re
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.staff.roles import Role, give_role, make_roles
from licensing.models import License, PurchaseState
from recovery.limits import address_digest
from recovery.models import (
    ChangeState,
    Exchange,
    ExchangeKind,
    ExchangeState,
    Message,
    MessageKind,
    OwnerChange,
    Suppression,
)
from tests import factories
from tests.browser.conftest import NewBrowser
from tests.console.conftest import _second_factor_shown as _second_factor_shown  # noqa: PLC0414 - a fixture
from tests.recovery.exchanging import owned, shop
from tests.recovery.owning import proved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BEA = "bea@moved.example"


@pytest.fixture
def license(site: str) -> License:
    """Bea's, for Windows; the Mac has a key in stock, and Windows another."""
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"])
    factories.key(edition=sold.windows, code="WIN-0009-ABCD-EFGH")
    bea = factories.customer(email=BEA, full_name="Bea Moving")
    return owned(
        sold.windows, owner=bea, code="WIN-0001-ABCD-EFGH", ordered_at=timezone.now() - timedelta(days=90)
    )


@pytest.fixture
def agent(new_browser: NewBrowser, license: License, site: str, settings: LazySettings) -> Page:
    """Somebody with the role agent, who has typed Bea's address into the box on top."""
    settings.SESSION_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME = "sessionid"
    make_roles()
    user = User.objects.create_user("ada")
    give_role(user, Role.AGENT)
    client = Client()
    client.force_login(user)
    context = new_browser()
    context.add_cookies([{"name": "sessionid", "value": client.session.session_key or "", "url": site}])
    page = context.new_page()
    page.goto("/console/")
    page.keyboard.press("/")
    page.keyboard.type(BEA)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bea Moving").first).to_be_visible()
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def test_lost_key(agent: Page) -> None:
    follow(agent, "Send the keys")
    press(agent, "Send the keys")

    expect(agent.get_by_text(re.compile(f"goes to {BEA} now"))).to_be_visible()
    assert Message.objects.get().kind == MessageKind.KEYS


def test_it_never_arrived(agent: Page) -> None:
    Suppression.objects.create(mailbox=address_digest(BEA), reply="550 5.1.1 no such user")
    agent.reload()

    expect(agent.get_by_text("dead mailbox").first).to_be_visible()
    follow(agent, "Try again")
    agent.get_by_label("Reason").fill("They made it anew")
    press(agent, "Try this mailbox again")

    expect(agent.get_by_text(f"Mail to {BEA} is tried again.")).to_be_visible()
    assert not Suppression.objects.filter(lifted_at=None).exists()


def test_refund(agent: Page, license: License) -> None:
    follow(agent, "Mark refunded")
    agent.get_by_label("Reason").fill("Paid back in the shop")
    press(agent, "Mark as refunded")

    expect(agent.get_by_text("the keys of what was refunded count no more")).to_be_visible()
    license.line.purchase.refresh_from_db()
    assert license.line.purchase.state == PurchaseState.REFUNDED


def test_leaked(agent: Page) -> None:
    follow(agent, "Move or replace")
    agent.get_by_label("Where it leaked").fill("In a forum")
    press(agent, "Replace the leaked key")

    expect(agent.get_by_text("Licenses with another code: 1.")).to_be_visible()
    assert Exchange.objects.get().kind == ExchangeKind.LEAKED


def test_move(agent: Page) -> None:
    follow(agent, "Move or replace")
    press(agent, "Move it to Mac")

    expect(agent.get_by_text("Done: the license has its new key")).to_be_visible()
    assert Exchange.objects.get().state == ExchangeState.DONE


def test_changed_address(agent: Page, license: License) -> None:
    proved(new="bea@new.example", old_address=BEA, order=license.line.purchase.reference)
    agent.goto("/console/")
    follow(agent, "1 change of address or owner to decide")
    follow(agent, "another address")
    agent.get_by_label("Why you believe it").fill("She knows the order and the name on it")
    press(agent, "Approve for Bea Moving")

    expect(agent.get_by_text("Approved. Everybody concerned is told by mail now")).to_be_visible()
    assert OwnerChange.objects.get().state == ChangeState.WAITING


def test_a_preview_comes_after_what_its_frame_begins_with(agent: Page) -> None:
    """Else the built-in text, when it is late, stands there for what was typed."""
    seen: list[str] = []
    agent.on("requestfinished", lambda request: seen.append(request.url.rstrip("/").rpartition("/")[2]))
    agent.on("request", lambda request: seen.append(f"{request.method} begins"))
    agent.goto("/console/recovery/wording/texts/keys/en/")

    expect(agent.frame_locator("#preview").get_by_text("As plain text")).to_be_visible()
    agent.wait_for_load_state("networkidle")
    assert seen.index("built-in") < seen.index("POST begins")
