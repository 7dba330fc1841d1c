"""PostgreSQL restarted, crashed or away: a page that tells the truth, and nothing accepted is lost."""

import threading
from collections.abc import Callable

import pytest

from recovery.models import RecoveryRequest
from tests.faults.history import (
    assert_account,
    assert_each_got_one_mail,
    assert_repeats_are_the_same_mail,
    received,
    settle,
)
from tests.journeys.service import Service
from tests.journeys.steps import ask
from tests.kit.postgres import Postgres

pytestmark = pytest.mark.journey


def test_a_visitor_is_told_the_truth_while_the_database_is_away(service: Service) -> None:
    browser, address = service.browser(), service.new_address()
    form = browser.get("/")
    service.ground.postgres.stop()
    page = browser.submit_once(form, {"email": address})
    assert (page.status, page.headers["Retry-After"]) == (503, "60")
    assert "Nothing was accepted" in page.text
    assert browser.get("/").status == 200
    assert browser.get("/health/live").status == 200
    assert browser.get("/health/ready").status == 503
    service.ground.postgres.start()
    with service.records():
        assert not RecoveryRequest.objects.filter(address=address).exists()
    ask(browser, address)
    assert_each_got_one_mail(service, address)


@pytest.mark.parametrize("end", [Postgres.restart, Postgres.crash, Postgres.terminate_backends])
def test_a_database_lost_while_a_mail_is_on_its_way_loses_no_mail(
    service: Service, end: Callable[[Postgres], object]
) -> None:
    stall = service.smtp.script(stage="end_of_data", stall=threading.Event(), times=1)
    first, second = service.new_address(), service.new_address()
    ask(service.browser(), first)
    stall.wait_until_reached(timeout=service.patience)
    end(service.ground.postgres)
    service.smtp.forget_script()
    service.ground.postgres.start()
    ask(service.browser(), second)
    settle(service, first, second)
    assert_account(service, first, second)
    assert len(received(service, second)) == 1
    assert 1 <= len(received(service, first)) <= 2
    assert_repeats_are_the_same_mail(received(service, first))


def test_a_web_process_whose_connections_were_cut_answers_the_next_visitor(service: Service) -> None:
    service.ground.postgres.terminate_backends()
    asked = [service.new_address() for _ in range(3)]
    for address in asked:
        ask(service.browser(), address)
    assert_each_got_one_mail(service, *asked)
