"""Faults that a storm is made of. Each is over when it returns, but for what the service then makes of it.

Those at the servers work on every service; those on the lines need one that stands behind proxies.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.journeys.service import Service
from tests.kit.proxy import Proxy
from tests.kit.smtp_script import Cut, Stage

Fault = Callable[[Service, Random], object]

STAGES: list[Stage] = ["connect", "ehlo", "mail", "rcpt", "data", "end_of_data"]
WITH_4XX: list[Stage] = ["connect", "mail", "rcpt", "data", "end_of_data"]
CUTS: list[Cut] = ["before", "midway", "after"]


def redis_emptied(service: Service, _: Random) -> None:
    service.broker.flush()


def redis_killed_and_started_empty(service: Service, by_chance: Random) -> None:
    service.broker.kill()
    time.sleep(by_chance.uniform(0, 0.5))
    service.broker.start()


def redis_hung(service: Service, by_chance: Random) -> None:
    service.broker.pause()
    time.sleep(by_chance.uniform(0, 1))
    service.broker.resume()


def database_restarted(service: Service, by_chance: Random) -> None:
    service.ground.postgres.stop()
    time.sleep(by_chance.uniform(0, 0.5))
    service.ground.postgres.start()


def backends_terminated(service: Service, _: Random) -> None:
    service.ground.postgres.terminate_backends()


def mails_put_off(service: Service, by_chance: Random) -> None:
    stage = by_chance.choice(WITH_4XX)
    service.smtp.script(stage=stage, reply="451 4.3.0 try later", times=by_chance.randint(1, 5))


def mail_server_silent(service: Service, by_chance: Random) -> None:
    service.smtp.script(**at_some_stage(by_chance), stall=60, times=1)


def mail_server_hangs_up(service: Service, by_chance: Random) -> None:
    cut, reset = by_chance.choice(CUTS), by_chance.random() < 0.5
    service.smtp.script(**at_some_stage(by_chance), cut=cut, reset=reset, times=by_chance.randint(1, 3))


def mail_taken_without_a_reply(service: Service, by_chance: Random) -> None:
    reset = by_chance.random() < 0.5
    service.smtp.script(stage="end_of_data", store=True, cut=True, reset=reset, times=by_chance.randint(1, 3))


def mail_server_away(service: Service, by_chance: Random) -> None:
    service.smtp.stop()
    time.sleep(by_chance.uniform(0, 0.5))
    service.smtp.start()


def at_some_stage(by_chance: Random) -> dict[str, Any]:
    """Where the mail is handed over, the server may have kept it or not."""
    stage = by_chance.choice(STAGES)
    return {"stage": stage, "store": by_chance.choice([True, None]) if stage == "end_of_data" else None}


def whole_worker_killed(service: Service, _: Random) -> None:
    service.kill9("worker")
    service.start("worker")


def worker_killed_but_for_its_child(service: Service, _: Random) -> None:
    """The child finishes what it is doing, beside the next worker."""
    service.processes["worker"].kill9(alone=True)
    service.start("worker")


def child_of_the_worker_killed(service: Service, _: Random) -> None:
    service.kill_children("worker")


AT_THE_WORKER: list[Fault] = [
    whole_worker_killed,
    worker_killed_but_for_its_child,
    *[child_of_the_worker_killed] * 4,  # costs no start of a worker, so that it can be had more often
]
AT_THE_SERVERS: list[Fault] = [
    redis_emptied,
    redis_killed_and_started_empty,
    redis_hung,
    database_restarted,
    backends_terminated,
    mails_put_off,
    mail_server_silent,
    mail_server_hangs_up,
    mail_taken_without_a_reply,
    mail_server_away,
]


def on_the_line(line: Proxy) -> list[Fault]:
    """What may happen to a connection between two hosts."""

    def cut(_: Service, __: Random) -> None:
        line.cut()

    def swallowed(_: Service, by_chance: Random) -> None:
        line.blackhole()
        time.sleep(by_chance.uniform(0, 4))  # the service gives up on SMTP after 3 s here
        line.cut()
        line.forward()

    def refused(_: Service, by_chance: Random) -> None:
        line.refuse()
        line.cut()
        time.sleep(by_chance.uniform(0, 0.5))
        line.forward()

    def slow(_: Service, by_chance: Random) -> None:
        line.delay(by_chance.uniform(0.005, 0.05))
        time.sleep(by_chance.uniform(0, 1))
        line.forward()

    return [cut, swallowed, refused, slow]


def forecast(faults: list[Fault], by_chance: Random) -> Iterator[Fault]:
    """Each once, in some order, then each once again in another, without end."""
    while True:
        yield from by_chance.sample(faults, len(faults))
