"""Calls accepted: `POST /api/v1/recovery-requests/` against a bare DRF view: an indexed SELECT, an INSERT, the same
server and middleware."""

import subprocess
import sys
from collections.abc import Callable

from bench.machine import ROOT, Machine
from bench.requests import FLOOR_TABLE, GOAL, SECONDS
from bench.rounds import Contestant, Standing, race

FLOOR = "floor: bare DRF view, SELECT and INSERT"
NAME = "call accepted: POST /api/v1/recovery-requests/"


def measure(machine: Machine, *, rounds: int, tell: Callable[[str], None]) -> list[Standing]:
    database = machine.new_database("api")
    machine.execute(database, FLOOR_TABLE)
    with machine.web(database) as ours, machine.web(database, settings="bench.floor.settings") as floor:
        contestants = [
            Contestant(FLOOR, lambda: calls_a_second(floor)),
            Contestant(NAME, lambda: calls_a_second(ours), FLOOR, GOAL),
        ]
        return race(contestants, rounds=rounds, tell=tell)


def calls_a_second(port: int) -> float:
    command = [sys.executable, "-m", "bench.load", str(port), str(SECONDS), "--api"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)
