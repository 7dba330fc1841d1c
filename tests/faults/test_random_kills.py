"""`kill -9` of the worker at random moments while mails flow (row 45): between the pop of a task and its keeping, too.

Which process is killed, how long after the first mail, and how slow the mail server is: chance says it.
"""

import time
from collections.abc import Iterator
from random import Random

import pytest

from tests.faults.counts import chance, counted
from tests.faults.history import settle_all
from tests.faults.ledger import assert_all_is_right
from tests.faults.visitors import Visitors, coming, mixed, put_on_file
from tests.faults.weather import AT_THE_WORKER
from tests.journeys.service import Service
from tests.kit.processes import Running
from tests.kit.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.journey]  # `test_soak.py` has a few kills for every day


@pytest.mark.parametrize("kills", [counted(500)])
def test_a_worker_killed_at_random_moments_loses_nothing(service: Service, kills: int) -> None:
    by_chance, orphaned = chance(), set[Running]()
    visitors = Visitors(service, owned=put_on_file(service, kills), most_waiting=10)
    with coming(visitors, mixed(visitors.owned, strangers(service))):
        for _ in range(kills):
            orphaned.add(killed_at_some_moment(service, by_chance))
    settle_all(service)
    assert_all_is_right(visitors)
    for each in orphaned - {service.processes["worker"]}:
        each.assert_nothing_left(timeout=service.patience)


def strangers(service: Service) -> Iterator[str]:
    while True:
        yield service.new_address()


def killed_at_some_moment(service: Service, by_chance: Random) -> Running:
    """While it sends, or shortly after; another one runs then. Returns the worker that was hit."""
    stall, store = by_chance.choice([None, 0.01, 0.03]), by_chance.choice([True, None])
    slow = service.smtp.script(stage="end_of_data", stall=stall, store=store)
    hit = service.processes["worker"]
    before = len(service.smtp.messages)

    def mails_flow() -> bool:
        service.start("worker")  # which ends by itself when its child is killed before it was ready
        return len(service.smtp.messages) > before

    wait_until(mails_flow, what="mails being sent", timeout=service.patience)
    time.sleep(by_chance.uniform(0, 0.2))
    by_chance.choice(AT_THE_WORKER)(service, by_chance)
    slow.release()
    return hit
