"""The main road: a lost registration key is back in its owner's mailbox."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from recovery.models import Challenge
from tests import factories
from tests.journeys.service import Service
from tests.journeys.steps import ask, mail_to, open_link, press_link, recover, type_code
from tests.kit.mails import links_in, text_of

pytestmark = pytest.mark.journey


def owner(service: Service, *codes: str, **facts: Any) -> str:
    """The mailbox of a customer who owns these codes."""
    email = service.new_address()
    with service.records():
        factories.owner_of(email, codes=codes, **facts)
    return email


def test_a_lost_key_is_back_in_its_owners_mailbox(service: Service) -> None:
    email = owner(service, "LOST-1111-AAAA", "LOST-2222-BBBB")
    page, mail = recover(service, email)
    assert sorted(page.codes) == ["LOST-1111-AAAA", "LOST-2222-BBBB"]
    lines = text_of(mail).splitlines()
    assert {"LOST-1111-AAAA", "LOST-2222-BBBB"} <= set(lines)
    assert mail.parsed["To"] == email


def test_the_code_does_what_the_link_does_in_the_browser_that_asked(service: Service) -> None:
    email, browser = owner(service, "CODE-1111-AAAA"), service.browser()
    asked = ask(browser, email)
    page = type_code(browser, asked, mail_to(service, email))
    assert page.codes == ["CODE-1111-AAAA"]
    assert "CODE-1111-AAAA" in text_of(mail_to(service, email, number=2)).splitlines()


def test_an_unknown_address_gets_help_and_no_link(service: Service) -> None:
    email, browser = service.new_address(), service.browser()
    asked = ask(browser, email)
    mail = mail_to(service, email)
    assert not [link for link in links_in(mail) if "/verify/" in link]
    assert f"{service.url}/" in links_in(mail)
    assert browser.get(asked.address).mail_state in ("waiting", "accepted")


def test_a_refunded_order_is_listed_with_its_reason_and_without_its_code(service: Service) -> None:
    email = owner(service, "REFU-1111-AAAA", refunded_at=factories.ORDERED_AT)
    page, mail = recover(service, email)
    assert page.codes == []
    [reason] = page.reasons
    assert "refund" in reason.lower()
    assert "REFU-1111-AAAA" not in page.text + text_of(mail)
    assert reason in " ".join(text_of(mail).split())


def test_only_the_browser_that_presses_the_button_is_let_in(service: Service) -> None:
    email, asking, pressing = owner(service, "TWOB-1111-AAAA"), service.browser(), service.browser()
    asked = ask(asking, email)
    assert press_link(pressing, mail_to(service, email)).codes == ["TWOB-1111-AAAA"]
    assert asking.get("/licenses/").status == 403
    assert pressing.get(asked.address).status == 404
    assert asking.get(asked.address).mail_state == "verified"


def test_scanners_that_open_the_link_use_nothing_up(service: Service) -> None:
    email, browser = owner(service, "SCAN-1111-AAAA"), service.browser()
    ask(browser, email)
    mail = mail_to(service, email)
    for _ in range(50):
        assert open_link(service.browser(), mail).status == 200
    assert press_link(browser, mail).codes == ["SCAN-1111-AAAA"]


def test_an_expired_link_sends_a_fresh_one_to_the_same_mailbox(service: Service) -> None:
    email, browser = owner(service, "FRES-1111-AAAA"), service.browser()
    ask(browser, email)
    old = mail_to(service, email)
    with service.records():
        Challenge.objects.filter(request__address=email).update(expires_at=Now() - timedelta(seconds=1))
    over = open_link(browser, old)
    assert over.status == 410
    browser.submit(over, action="/verify/fresh/")
    page = press_link(browser, mail_to(service, email, number=2))
    assert page.codes == ["FRES-1111-AAAA"]
    assert open_link(service.browser(), old).status == 410


def test_a_link_works_once(service: Service) -> None:
    email = owner(service, "ONCE-1111-AAAA")
    recover(service, email)
    over = open_link(service.browser(), mail_to(service, email))
    assert over.status == 410
    assert over.codes == []
