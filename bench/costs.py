"""`python -m bench.costs`: what the console costs the roads, each in turns with the same without it.

The search's trigram indexes and the marks of erased people make imports slower; texts that support wrote make mails
slower; and a long audit trail takes time to prove.
"""

import argparse
from pathlib import Path

import psycopg

from bench.imports import rows_of, sales_file, seconds_of_command
from bench.inside_program import Inside
from bench.machine import MIGRATED, Machine
from bench.rounds import Contestant, race
from bench.table import print_races
from bench.timing import new_names

ROWS = 20_000
ERASED = 10_000  # people
MAILS = 1000
ENTRIES = 30_000
SEARCH = ("address_by_part", "customer_by_part")
PLAIN = "floor: import without what searching and erasing cost"
BUILT_IN = "floor: mail of keys, built-in text"
READ = "floor: SELECT of the trail's rows"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.costs", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with Machine() as machine:
        file = sales_file(machine.folder / "sales.csv", rows=ROWS)
        machine.postgres.create_database("plain", template=MIGRATED)
        with psycopg.connect(machine.postgres.url_of("plain"), autocommit=True) as connection:
            for name in SEARCH:
                connection.execute(f"DROP INDEX {name}".encode())
        with Inside(machine, machine.new_database("buried")) as inside:
            inside.do("erased", count=ERASED)
        with (
            Inside(machine, machine.new_database("mail")) as mails,
            Inside(machine, machine.new_database("trail")) as trail,
        ):
            mails.do("customers", names=new_names(MAILS))
            mails.do("worker", kind="keys")  # warm
            trail.do("entries", count=ENTRIES)
            contestants = [*imports(machine, file), *texts(mails), *proofs(trail)]
            print_races(race(contestants, rounds=asked.rounds, tell=lambda what: print(what, flush=True)))


def imports(machine: Machine, file: Path) -> list[Contestant]:
    rows = rows_of(file)

    def into(template: str) -> float:
        return rows / seconds_of_command(machine, file, machine.new_database("costs", template))

    return [
        Contestant(PLAIN, lambda: into("plain")),
        Contestant("row imported, with the search's indexes", lambda: into(MIGRATED), PLAIN),
        Contestant(f"and {ERASED:,} erased people known again", lambda: into("buried"), PLAIN),
    ]


def texts(inside: Inside) -> list[Contestant]:
    def sent(*, own: bool) -> float:
        inside.do("texts", own=own)
        return inside.do("worker", kind="keys")

    return [
        Contestant(BUILT_IN, lambda: sent(own=False)),
        Contestant("mail of keys, support's own text", lambda: sent(own=True), BUILT_IN),
    ]


def proofs(inside: Inside) -> list[Contestant]:
    return [
        Contestant(READ, lambda: inside.do("read")),
        Contestant(f"entry proved, of {ENTRIES:,}", lambda: inside.do("prove"), READ),
    ]


if __name__ == "__main__":
    main()
