"""Times of searches and lists, each in turns with the floor: one SELECT by primary key through the same connection.

Beside the time that passed stands what the processors spent on it, here and in the database: on a machine that has
other things to do, the first says little.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db import connection
from django.test import Client
from django.urls import reverse

from bench.found.terms import Term, kinds
from config.console import console
from config.staff.signing import factor_used
from licensing.models import Customer

GOAL: Final = 100.0  # milliseconds


def everything(rows: int, *, times: int, codes: list[str]) -> None:
    client = support()
    choice = random.Random(1)
    print(f"{'what':<40} {'p50 ms':>8} {'p95 ms':>8} {'of floor':>9} {'CPU ms':>7} {'in PG':>6}")
    for name, term in kinds(rows, codes=codes).items():
        Turns(partial(searched, client, term, choice)).tell(name, times=times)
    for model in console._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        Turns(partial(get, client, address)).tell(
            f"list: {model._meta.verbose_name_plural}", times=times // 2
        )


def support() -> Client:
    user_logged_in.connect(factor_used, dispatch_uid="bench")
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(User.objects.create_superuser("bench"))
    return client


@dataclass(frozen=True)
class Taken:
    """Of one answer: milliseconds that passed, and that processors spent on it in Python and in PostgreSQL."""

    passed: float
    here: float
    there: float


def taken_by(do: Callable[[], Any]) -> Taken:
    began = time.perf_counter(), time.process_time(), spent_there()
    do()
    ended = time.perf_counter(), time.process_time(), spent_there()
    return Taken(*(1000 * (end - begin) for begin, end in zip(began, ended, strict=True)))


def spent_there() -> float:
    """Seconds of processor time that the connection's own process in PostgreSQL has had (Linux)."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def searched(client: Client, term: Term, choice: random.Random) -> Taken:
    return search(client, term(choice))


def search(client: Client, term: str) -> Taken:
    """Both steps: what is typed is posted, and the answer is got from where that leads."""

    def ask() -> None:
        answer = client.get(client.post(reverse("admin:find"), {"q": term})["Location"])
        if answer.status_code not in (200, 302):
            raise RuntimeError(f"a search answered {answer.status_code}")

    return taken_by(ask)


def get(client: Client, address: str) -> Taken:
    def ask() -> None:
        if client.get(address).status_code != 200:
            raise RuntimeError(f"{address} did not answer")

    return taken_by(ask)


def floor() -> float:
    nobody = Customer.objects.filter(pk="00000000-0000-7000-8000-000000000000")
    return taken_by(nobody.first).passed


@dataclass(frozen=True)
class Turns:
    """Something that is done in turns with the floor."""

    run: Callable[[], Taken]

    def tell(self, name: str, *, times: int) -> None:
        self.run()
        both = [(self.run(), floor()) for _ in range(times)]
        own = [taken.passed for taken, _ in both]
        middle, late = median(own), quantiles(own, n=20)[-1]
        ratio = middle / median(bare for _, bare in both)
        spent = median(taken.here + taken.there for taken, _ in both)
        there = median(taken.there for taken, _ in both)
        missed = "" if late < GOAL else "   over 100 ms"
        print(
            f"{name:<40} {middle:>8.1f} {late:>8.1f} {ratio:>9.0f} {spent:>7.1f} {there:>6.1f}{missed}",
            flush=True,
        )
