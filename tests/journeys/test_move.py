"""Windows to Mac: the other platform's key is in the mailbox, at once or when there is one."""

import pytest

from licensing.models import KeyState
from tests import factories
from tests.journeys.service import Service
from tests.journeys.steps import ask, mail_to, press_link
from tests.kit.mails import text_of
from tests.recovery.exchanging import Shop, owned, shop

pytestmark = pytest.mark.journey


def bought(service: Service, *, stock: tuple[str, ...]) -> tuple[str, str, Shop]:
    """An owner's mailbox, the page of the move of what they own, and where it was bought."""
    email = service.new_address()
    with service.records():
        sold = shop(mac_codes=stock)
        unit = owned(sold.windows, owner=factories.customer(email=email))
    return email, f"/licenses/{unit.pk}/move/macos/", sold


def test_a_license_moves_and_its_new_key_is_mailed(service: Service) -> None:
    email, page, sold = bought(service, stock=("MOVE-1111-AAAA",))
    browser = service.browser()
    ask(browser, email)
    press_link(browser, mail_to(service, email))

    moved = browser.submit(browser.get(page), action=page)

    assert moved.codes == ["MOVE-1111-AAAA"]
    assert "MOVE-1111-AAAA" in text_of(mail_to(service, email, number=3)).splitlines()
    with service.records():
        assert sold.mac.keys.get().state == KeyState.SERVING


def test_a_move_without_stock_is_done_by_the_worker_when_keys_arrive(service: Service) -> None:
    email, page, sold = bought(service, stock=())
    browser = service.browser()
    ask(browser, email)
    press_link(browser, mail_to(service, email))
    waiting = browser.submit(browser.get(page), action=page)

    with service.records():
        factories.key(edition=sold.mac, code="LATE-1111-AAAA")

    assert "on its way" in waiting.text
    assert "LATE-1111-AAAA" in text_of(mail_to(service, email, number=3)).splitlines()
