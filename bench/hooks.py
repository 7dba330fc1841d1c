"""Notifications accepted: checked, scrubbed, encrypted and stored, against the bare view that requests are held to."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable

from bench.machine import ROOT, Machine
from bench.notifier import SECRET_VARIABLE
from bench.requests import FLOOR, FLOOR_TABLE, SECONDS, posts_a_second
from bench.rounds import Contestant, Standing, race

NAME = "notification accepted: POST /hooks/"


def measure(machine: Machine, *, rounds: int, tell: Callable[[str], None]) -> list[Standing]:
    database = machine.new_database("hooks")
    machine.execute(database, FLOOR_TABLE)
    os.environ[SECRET_VARIABLE] = secrets.token_urlsafe(24)
    machine.manage("stores", "set", "bench", "--kind", "woocommerce", database=database)
    told = machine.manage(
        "connections", "add", "bench", "main", "--secret-env", SECRET_VARIABLE, database=database
    )
    address = told.split()[-1]
    with machine.web(database) as ours, machine.web(database, settings="bench.floor.settings") as floor:
        contestants = [
            Contestant(FLOOR, lambda: posts_a_second(floor)),
            Contestant(NAME, lambda: notifications_a_second(ours, address), FLOOR),
        ]
        return race(contestants, rounds=rounds, tell=tell)


def notifications_a_second(port: int, address: str) -> float:
    command = [sys.executable, "-m", "bench.load", str(port), str(SECONDS), address]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)
