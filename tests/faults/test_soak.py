"""Thousands of mails while everything around them breaks; afterwards the history is checked.

The faults follow one another at fixed numbers of visitors, in an order that the seed decides.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count, islice

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.conftest import IMPATIENT, in_order
from tests.faults.counts import chance, counted
from tests.faults.history import settle_all
from tests.faults.ledger import assert_all_is_right
from tests.faults.visitors import GONE, Visitors, coming, let_time_pass, mixed, put_on_file
from tests.faults.weather import AT_THE_SERVERS, AT_THE_WORKER, Fault, forecast, on_the_line
from tests.journeys.ground import Ground
from tests.journeys.service import Service
from tests.kit.proxy import Proxy

pytestmark = pytest.mark.journey

EACH_ONCE = list(dict.fromkeys(AT_THE_SERVERS + AT_THE_WORKER))


def test_nothing_is_lost_or_mixed_up_in_a_storm(service: Service) -> None:
    soak(service, EACH_ONCE, mails=100, faults=len(EACH_ONCE))


@pytest.mark.long
def test_nothing_is_lost_or_mixed_up_in_a_long_storm(behind_lines: tuple[Service, list[Fault]]) -> None:
    """With two workers, the second of which nobody kills."""
    service, on_lines = behind_lines
    with service.launch("worker", "--concurrency", "2", "--hostname", "second@%h"):
        faults = AT_THE_SERVERS + AT_THE_WORKER + on_lines
        soak(service, faults, mails=counted(10_000), faults=counted(200))


@pytest.fixture
def behind_lines(ground: Ground, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Service, list[Fault]]]:
    """A service that reaches its servers through proxies, and what may happen on these."""
    with ExitStack() as closing:
        service = Service(ground, "server", unblock=django_db_blocker.unblock, settings=IMPATIENT, roles=())
        closing.enter_context(service)
        faults: list[Fault] = []
        for name, port in (
            ("DATABASE_URL", ground.postgres.port),
            ("REDIS_URL", service.broker.port),
            ("SMTP_URL", service.smtp.port),
        ):
            line = closing.enter_context(Proxy(port))
            service.env[name] = service.env[name].replace(f":{port}", f":{line.port}")
            faults += on_the_line(line)
        service.roles = ("web", "worker", "beat")
        for running in in_order(service):
            yield running, faults


def soak(service: Service, storm: list[Fault], *, mails: int, faults: int) -> None:
    """So many mails, nearly: every ninth visitor is an owner, who gets two."""
    by_chance = chance()
    visitors = Visitors(service, owned=put_on_file(service, mails // 10), most_waiting=250)
    service.smtp.script(stage="rcpt", reply="550 5.1.1 no such mailbox", recipient=GONE)
    asking = mails - len(visitors.owned)
    with coming(visitors, islice(mixed(visitors.owned, strangers(service)), asking)) as done:
        for number, fault in enumerate(islice(forecast(storm, by_chance), faults)):
            while len(visitors.accepted) < number * asking // faults and not done.done():
                look_after(service)
            fault(service, by_chance)
        while not done.done():
            look_after(service)
    settle_all(service)
    assert_all_is_right(visitors)


def look_after(service: Service) -> None:
    """For a moment, as its supervisor does: Celery's worker ends when its child is killed before it was ready."""
    service.start("worker")
    let_time_pass(service)
    time.sleep(0.05)


def strangers(service: Service) -> Iterator[str]:
    """Every fiftieth mistypes, and has no mailbox."""
    for number in count(1):
        yield f"canary.nobody{number}{GONE}" if number % 50 == 0 else service.new_address()
