"""`kill -9` of the worker at six points between taking a mail and having written down its end (row 42).

Held there by a lock in the database or by the mail server, so that each point is met exactly. Only between the
server's reply and the mark may a mail go out twice, and then it is the same mail.
"""

import threading

import pytest

from recovery.mail.deliver import BATCH
from recovery.models import Message, MessageState
from tests import factories
from tests.faults.counts import counted
from tests.faults.history import (
    assert_account,
    assert_each_got_one_mail,
    assert_repeats_are_the_same_mail,
    received,
    settle,
)
from tests.faults.holding import held
from tests.journeys.service import Service
from tests.journeys.steps import ask, open_link, press_link
from tests.kit.smtp import Rule

pytestmark = pytest.mark.journey

ROUNDS = pytest.mark.parametrize("rounds", [1, pytest.param(counted(100), marks=pytest.mark.long)])
MARKS_ACCEPTED = "UPDATE%recovery_message%accepted%"


def asks(service: Service) -> str:
    address = service.new_address()
    ask(service.browser(), address)
    return address


def kill_at(service: Service, rule: Rule) -> None:
    """Kills the worker while the mail server keeps it waiting at that rule, and starts another."""
    rule.wait_until_reached(timeout=service.patience)
    service.kill9("worker")
    service.smtp.forget_script()
    service.start("worker")


@ROUNDS
def test_killed_after_it_took_the_mail(service: Service, rounds: int) -> None:
    for _ in range(rounds):
        with held(service, "LOCK TABLE recovery_allowance IN ACCESS EXCLUSIVE MODE") as hold:
            address = asks(service)
            hold.wait_until_met("%recovery_allowance%", timeout=service.patience)
            service.kill9("worker")
            with service.records():
                assert Message.objects.get(request__address=address).lease_owner
            hold.end_waiters()
        service.start("worker")
        assert_each_got_one_mail(service, address)


@ROUNDS
def test_killed_before_it_spoke_to_the_mail_server(service: Service, rounds: int) -> None:
    for _ in range(rounds):
        rule = service.smtp.script(stage="connect", stall=threading.Event())
        address = asks(service)
        kill_at(service, rule)
        assert_each_got_one_mail(service, address)


@ROUNDS
def test_killed_while_it_handed_the_mail_over(service: Service, rounds: int) -> None:
    for _ in range(rounds):
        rule = service.smtp.script(stage="data", stall=threading.Event())
        address = asks(service)
        kill_at(service, rule)
        assert_each_got_one_mail(service, address)


@ROUNDS
def test_killed_after_the_servers_reply_and_before_it_was_written_down(service: Service, rounds: int) -> None:
    for _ in range(rounds):
        rule = service.smtp.script(stage="end_of_data", stall=threading.Event(), store=True)
        address = asks(service)
        rule.wait_until_reached(timeout=service.patience)
        with service.records():
            row = Message.objects.get(request__address=address)
        with held(service, "SELECT 1 FROM recovery_message WHERE id = %s FOR UPDATE", row.pk) as hold:
            service.smtp.forget_script()
            hold.wait_until_met(MARKS_ACCEPTED, timeout=service.patience)
            service.kill9("worker")
            hold.end_waiters()
        service.start("worker")
        settle(service, address)
        assert_account(service, address)
        assert len(received(service, address)) == 2
        assert_repeats_are_the_same_mail(received(service, address))


@ROUNDS
def test_killed_after_one_mail_was_written_down_and_before_the_next(service: Service, rounds: int) -> None:
    for _ in range(rounds):
        service.kill9("worker")
        rule = service.smtp.script(stage="mail", stall=threading.Event(), after=1)
        first, second = asks(service), asks(service)
        service.start("worker")
        kill_at(service, rule)
        assert_each_got_one_mail(service, first, second)


@pytest.mark.parametrize("rounds", [1, pytest.param(counted(20), marks=pytest.mark.long)])
def test_killed_between_two_batches(service: Service, rounds: int) -> None:
    for _ in range(rounds):
        service.kill9("worker")
        rule = service.smtp.script(stage="connect", stall=threading.Event(), times=1)
        asked = [asks(service) for _ in range(BATCH + 1)]
        service.start("worker")
        rule.wait_until_reached(timeout=service.patience)
        # The last statement of a batch sets the expiry of its challenges.
        with held(service, "SELECT 1 FROM recovery_challenge FOR UPDATE") as hold:
            rule.release()
            hold.wait_until_met("UPDATE%recovery_challenge%", timeout=service.patience)
            service.kill9("worker")
            assert count_of(service, asked, MessageState.ACCEPTED) == BATCH
            hold.end_waiters()
        service.start("worker")
        assert_each_got_one_mail(service, *asked)


def count_of(service: Service, asked: list[str], state: MessageState) -> int:
    with service.records():
        return Message.objects.filter(request__address__in=asked, state=state).count()


@ROUNDS
def test_only_the_child_that_does_the_work_killed(service: Service, rounds: int) -> None:
    """By the kernel for want of memory, say: the worker goes on, and its task comes back (C#3541)."""
    for _ in range(rounds):
        rule = service.smtp.script(stage="data", stall=threading.Event())
        address = asks(service)
        rule.wait_until_reached(timeout=service.patience)
        service.kill_children("worker")
        service.smtp.forget_script()
        assert service.processes["worker"].is_running()
        assert_each_got_one_mail(service, address)


@pytest.mark.parametrize("stage", ["connect", "data"])
def test_the_one_process_of_the_embedded_mode_killed_before_the_mail_was_taken(
    embedded: Service, stage: str
) -> None:
    rule = embedded.smtp.script(stage=stage, stall=threading.Event())  # type: ignore[arg-type]
    address = asks(embedded)
    rule.wait_until_reached(timeout=embedded.patience)
    embedded.kill9("web")
    embedded.smtp.forget_script()
    embedded.start()
    assert_each_got_one_mail(embedded, address)


def test_the_one_process_of_the_embedded_mode_killed_after_the_mail_was_taken(embedded: Service) -> None:
    rule = embedded.smtp.script(stage="end_of_data", stall=threading.Event(), store=True)
    address = asks(embedded)
    rule.wait_until_reached(timeout=embedded.patience)
    embedded.kill9("web")
    embedded.smtp.forget_script()
    embedded.start()
    settle(embedded, address)
    assert_account(embedded, address)
    assert len(received(embedded, address)) == 2
    assert_repeats_are_the_same_mail(received(embedded, address))


def test_a_mail_sent_twice_by_a_kill_still_opens_the_licenses_once(service: Service) -> None:
    address, browser = service.new_address(), service.browser()
    with service.records():
        factories.owner_of(address, codes=["TWIC-1111-AAAA"])
    rule = service.smtp.script(stage="end_of_data", stall=threading.Event(), store=True)
    ask(browser, address)
    kill_at(service, rule)
    settle(service, address)
    first, second = received(service, address)
    assert press_link(browser, second).codes == ["TWIC-1111-AAAA"]
    assert open_link(service.browser(), first).status == 410
    assert len(service.smtp.wait_for(3, to=address, timeout=service.patience)) == 3
