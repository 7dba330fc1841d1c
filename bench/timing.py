"""Whether the time that an answer takes tells known addresses from unknown ones (threats.md, row 2)."""

import os
import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from bench.browser import NAME_LENGTH, Browser
from bench.inside_program import Inside
from bench.machine import Machine
from bench.rounds import rank_statistic
from tests.kit.processes import free_port

LOW, HIGH = 0.47, 0.53
WARM_UP = 200
WORKER = ("celery", "--app", "config", "--quiet", "worker", "--concurrency", "1")


@dataclass(frozen=True)
class Timing:
    """One run: how well the time tells one kind from the other; 0.5 is not at all."""

    name: str
    posts: int
    auc: float
    known_ms: float
    unknown_ms: float
    low: float = LOW
    high: float = HIGH

    @property
    def is_even(self) -> bool:
        return self.low <= self.auc <= self.high


def measure(machine: Machine, *, posts: int, tell: Callable[[str], None]) -> list[Timing]:
    """Once with a worker that sends at once, once with mail server and Redis dead."""
    tell(f"{posts} posts, known and unknown addresses shuffled, a worker sending")
    alive = run(machine, "timing, all alive", posts=posts, smtp_port=machine.sink_port)
    tell(f"{posts} posts with Redis and the mail server dead")
    machine.redis.stop()
    try:
        dead = run(machine, "timing, Redis and mail server dead", posts=posts, smtp_port=free_port())
    finally:
        machine.redis.start()
    return [alive, dead]


def run(machine: Machine, name: str, *, posts: int, smtp_port: int) -> Timing:
    known, unknown = new_names(posts // 2), new_names(posts // 2)
    database = machine.new_database("timing")
    with Inside(machine, database) as inside:
        inside.do("customers", names=known)
    env = {"SMTP_URL": f"smtp://127.0.0.1:{smtp_port}"}
    with ExitStack() as stack:
        stack.enter_context(machine.program(*WORKER, database=database, env=env))
        port = stack.enter_context(machine.web(database))
        taken = times_of(port, known, unknown)
    return verdict(name, taken, known, unknown)


def new_names(number: int) -> list[str]:
    return [os.urandom(NAME_LENGTH // 2).hex() for _ in range(number)]


def times_of(port: int, known: list[str], unknown: list[str]) -> dict[str, float]:
    """Seconds of each post, by name, from one browser."""
    names = [*known, *unknown]
    random.shuffle(names)
    browser = Browser(port)
    for number, name in enumerate(new_names(WARM_UP)):
        browser.ask(browser.post(name, number))
    taken = {}
    for number, name in enumerate(names, start=WARM_UP):
        request = browser.post(name, number)
        began = time.perf_counter()
        browser.ask(request)
        taken[name] = time.perf_counter() - began
    browser.close()
    return taken


def verdict(name: str, taken: dict[str, float], known: list[str], unknown: list[str]) -> Timing:
    times = [[taken[each] for each in names] for names in (known, unknown)]
    middles = [median(each) * 1000 for each in times]
    return Timing(name, len(taken), rank_statistic(*times), *middles)
