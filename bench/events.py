"""Events told by one lane, against bare POSTs of the same signed octets to the same endpoint: a connection for each, as
we send them, and all over one that is kept open."""

import sys
from collections.abc import Callable

from bench.inside_program import Inside
from bench.machine import Machine
from bench.rounds import Contestant, Standing, race
from tests.kit.processes import free_port, port_answers, start

EVENTS = 500
GOAL = 0.5
FLOOR = "floor: http.client, a connection for each event"
OPEN = "floor: http.client, one connection kept open"


def measure(machine: Machine, *, rounds: int, tell: Callable[[str], None]) -> list[Standing]:
    port = free_port()
    command = [sys.executable, "-m", "bench.receiver", str(port)]
    receiver = start(command, log=machine.folder / "receiver.log", ready=port_answers(port))
    try:
        with Inside(machine, machine.new_database("events")) as inside:
            inside.do("endpoint", port=port)
            inside.do("lane", count=EVENTS)  # warm, and it leaves signed events for the others to send
            return race(contestants(inside), rounds=rounds, tell=tell)
    finally:
        receiver.close()


def contestants(inside: Inside) -> list[Contestant]:
    return [
        Contestant(OPEN, lambda: inside.do("posts", count=EVENTS, kept_open=True)),
        Contestant(FLOOR, lambda: inside.do("posts", count=EVENTS, kept_open=False)),
        Contestant("event told by one lane", lambda: inside.do("lane", count=EVENTS), FLOOR, GOAL, also=OPEN),
    ]
