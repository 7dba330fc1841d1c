"""Mails handed over by one worker, against raw smtplib on one open connection sending mails of the same size."""

from collections.abc import Callable

from bench.inside_program import Inside
from bench.machine import Machine
from bench.rounds import Contestant, Standing, race
from bench.timing import new_names

MAILS = 1000
GOAL = 0.3
KINDS = {"challenge": "a link and a code", "keys": "the keys"}


def measure(machine: Machine, *, rounds: int, tell: Callable[[str], None]) -> list[Standing]:
    database = machine.new_database("mail")
    with Inside(machine, database) as inside:
        inside.do("customers", names=new_names(MAILS))
        for kind in KINDS:
            inside.do("worker", kind=kind)  # warm, and it leaves a mail for smtplib to send
        return race([each for kind in KINDS for each in pair(inside, kind)], rounds=rounds, tell=tell)


def pair(inside: Inside, kind: str) -> tuple[Contestant, Contestant]:
    floor = f"floor: smtplib, a mail of that size ({kind})"
    return (
        Contestant(floor, lambda: inside.do("smtplib", kind=kind, count=MAILS)),
        Contestant(f"mail handed over: {KINDS[kind]}", lambda: inside.do("worker", kind=kind), floor, GOAL),
    )
