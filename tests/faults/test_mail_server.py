"""A mail server that says no, falls silent or hangs up, at every stage (rows 11, 48 to 50)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from recovery.mail.mark import MOST_AMBIGUOUS
from recovery.models import Challenge, Message, MessageState
from tests import factories
from tests.faults.history import (
    assert_account,
    assert_each_got_one_mail,
    assert_repeats_are_the_same_mail,
    received,
    settle,
)
from tests.journeys.service import Service
from tests.journeys.steps import ask, mail_to, make_due, press_link
from tests.kit.mails import code_in
from tests.kit.smtp_script import Stage
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.journey

BEFORE_THE_MAIL: list[Stage] = ["connect", "ehlo", "mail", "rcpt", "data"]
SILENT: list[Any] = ["data", *(pytest.param(stage, marks=pytest.mark.long) for stage in BEFORE_THE_MAIL[:-1])]


def owner_asks(service: Service, *, code: str = "MAIL-1111-AAAA") -> str:
    address = service.new_address()
    with service.records():
        factories.owner_of(address, codes=[code])
    ask(service.browser(), address)
    return address


def test_a_mail_put_off_five_times_goes_out_once_at_the_sixth(service: Service) -> None:
    rule = service.smtp.script(stage="rcpt", reply="450 4.2.0 try later", times=5)
    address = owner_asks(service)
    assert_each_got_one_mail(service, address)
    assert rule.reached == 5


def test_a_mail_put_off_is_left_alone_longer_each_time(service: Service) -> None:
    """No storm: jitter of a quarter each way still leaves every wait longer than the one before."""
    rule = service.smtp.script(stage="rcpt", reply="450 4.2.0 try later", times=5)
    address, waits = owner_asks(service), []
    for number in range(1, 6):
        rule.wait_until_reached(times=number, timeout=service.patience)
        waits.append(wait_after_attempt(service, address, number))
    assert waits == sorted(waits)
    assert waits[0] > timedelta(seconds=10)
    assert_each_got_one_mail(service, address)


def wait_after_attempt(service: Service, address: str, number: int) -> timedelta:
    """How long the mail is put off by that attempt; then the time has passed."""
    with service.records():
        put_off = Message.objects.filter(request__address=address, failed_attempts__number=number)
        wait_until(put_off.exists, what=f"attempt {number}", timeout=service.patience)
        wait: timedelta = put_off.annotate(wait=F("due_at") - F("failed_attempts__ended_at")).get().wait
        make_due()
    return wait


def test_a_mailbox_that_does_not_exist_is_said_so_and_not_tried_again(service: Service) -> None:
    address, browser = service.new_address(), service.browser()
    rule = service.smtp.script(stage="rcpt", reply="550 5.1.1 no such mailbox", recipient=address)
    asked = ask(browser, address)
    wait_until(
        lambda: browser.get(asked.address).mail_state == "refused",
        what="the refusal",
        timeout=service.patience,
    )
    again = ask(browser, address)
    wait_until(
        lambda: browser.get(again.address).mail_state == "refused",
        what="the refusal",
        timeout=service.patience,
    )
    assert rule.reached == 1


def test_a_domain_that_blocks_us_rests_and_support_is_told(service: Service) -> None:
    address, browser = service.new_address(), service.browser()
    neighbour = f"neighbour.{address}"
    service.smtp.script(stage="rcpt", reply="554 5.7.1 blocked", recipient=address, times=1)
    asked = ask(browser, address)
    wait_until(
        lambda: browser.get(asked.address).mail_state == "refused",
        what="the refusal",
        timeout=service.patience,
    )
    mails = service.smtp.wait_for(1, to="support@vendor.example", timeout=service.patience)
    assert address.partition("@")[2] in mails[-1].parsed["Subject"]
    waiting = ask(browser, neighbour)
    with service.records():
        put_off = Message.objects.filter(request__address=neighbour, due_at__gt=F("created_at"))
        wait_until(put_off.exists, what="the mail being put off", timeout=service.patience)
    assert browser.get(waiting.address).mail_state == "waiting"
    assert received(service, neighbour) == []


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("stage", BEFORE_THE_MAIL)
def test_a_line_cut_before_the_mail_was_handed_over_only_delays_it(
    service: Service, stage: Stage, reset: bool
) -> None:
    service.smtp.script(stage=stage, cut=True, reset=reset, times=1)
    assert_each_got_one_mail(service, owner_asks(service))


@pytest.mark.parametrize("stage", SILENT)
def test_a_server_silent_before_the_mail_was_handed_over_only_delays_it(
    service: Service, stage: Stage
) -> None:
    service.smtp.script(stage=stage, stall=60, times=1)
    assert_each_got_one_mail(service, owner_asks(service))


@pytest.mark.parametrize("cut", [True, False], ids=["cut", "silent"])
def test_a_mail_taken_without_a_reply_comes_again_as_the_same_mail(service: Service, cut: bool) -> None:
    service.smtp.script(stage="end_of_data", store=True, times=1, cut=cut, stall=None if cut else 60)
    address = owner_asks(service)
    settle(service, address)
    assert_account(service, address)
    first, second = received(service, address)
    assert_repeats_are_the_same_mail([first, second])
    assert code_in(first) == code_in(second)
    assert press_link(service.browser(), first).codes == ["MAIL-1111-AAAA"]


def test_a_server_that_never_replies_gets_the_same_mail_a_few_times_only(service: Service) -> None:
    service.smtp.script(stage="end_of_data", store=True, cut=True)
    address = owner_asks(service)
    settle(service, address)
    assert len(received(service, address)) == MOST_AMBIGUOUS
    assert_repeats_are_the_same_mail(received(service, address))
    with service.records():
        assert Message.objects.get(request__address=address).state == MessageState.REFUSED


def test_a_mail_held_up_for_twenty_minutes_carries_a_link_that_works(service: Service) -> None:
    away = service.smtp.script(stage="connect", cut=True)
    address = owner_asks(service)
    away.wait_until_reached(timeout=service.patience)
    with service.records():
        age(address, timedelta(minutes=20))
    service.smtp.forget_script()
    settle(service, address)
    assert press_link(service.browser(), mail_to(service, address)).codes == ["MAIL-1111-AAAA"]


def age(address: str, by: timedelta) -> None:
    """As if the request had been made so much earlier."""
    minted = Challenge.objects.filter(request__address=address)
    minted.update(minted_at=F("minted_at") - by, expires_at=F("expires_at") - by)
    Message.objects.filter(request__address=address).update(created_at=F("created_at") - by)
