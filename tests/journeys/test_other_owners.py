"""What is owned in other ways: given, shared among seats, read from a shop's file; and mails that nobody wanted."""

import pytest

from licensing.keys.assign import assign
from tests import factories
from tests.journeys.service import Service
from tests.journeys.steps import ask, mail_to, press_link, recover
from tests.kit.mails import link_in, links_in, text_of
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.journey


def test_a_gift_is_its_receivers_and_not_its_buyers(service: Service) -> None:
    giver, receiver = service.new_address(), service.new_address()
    with service.records():
        order = factories.purchase(buyer=factories.customer(email=giver))
        unit = factories.license(owner=factories.customer(email=receiver), line=factories.line(of=order))
        key = factories.key(edition=unit.edition, code="GIFT-1111-AAAA")
        assign(license=unit, key=key, now=order.ordered_at)
    page, mail = recover(service, receiver)
    assert page.codes == ["GIFT-1111-AAAA"]
    assert "GIFT-1111-AAAA" in text_of(mail).splitlines()
    page, mail = recover(service, giver)
    assert "GIFT-1111-AAAA" not in page.text + text_of(mail)


def test_a_key_of_five_seats_is_shown_once_for_its_five_licenses(service: Service) -> None:
    email = service.new_address()
    with service.records():
        owner = factories.customer(email=email)
        sold = factories.line(of=factories.purchase(buyer=owner), quantity=5)
        key = factories.key(code="SEAT-5555-AAAA", seats=5)
        for unit in range(1, 6):
            license = factories.license(owner=owner, edition=key.edition, line=sold, unit=unit)
            assign(license=license, key=key, now=factories.ORDERED_AT)
    page, mail = recover(service, email)
    assert page.codes == ["SEAT-5555-AAAA"]
    assert "5 licenses" in page.text
    assert text_of(mail).splitlines().count("SEAT-5555-AAAA") == 1


def test_that_was_not_me_stops_the_mails_and_its_way_back_starts_them(service: Service) -> None:
    email, stranger, reader = service.new_address(), service.browser(), service.browser()
    with service.records():
        factories.owner_of(email, codes=["MUTE-1111-AAAA"])
    ask(stranger, email)
    unwanted = mail_to(service, email)
    page = reader.submit(reader.get(link_in(unwanted, path="/not-me/")), action="/not-me/")
    assert page.status == 200
    confirmation = mail_to(service, email, number=2)
    assert press_link_is_over(service, unwanted)

    asked = ask(stranger, email)
    wait_until(lambda: stranger.get(asked.address).mail_state == "withheld", what="the mail being withheld")
    assert len(service.smtp.messages_to(email)) == 2

    reader.submit(reader.get(link_in(confirmation, path="/unmute/")), action="/unmute/")
    ask(reader, email)
    assert press_link(reader, mail_to(service, email, number=3)).codes == ["MUTE-1111-AAAA"]


def press_link_is_over(service: Service, mail: object) -> bool:
    [link] = [link for link in links_in(mail) if "/verify/" in link]  # type: ignore[arg-type]
    return service.browser().get(link).status == 410
