"""Rows imported: `manage.py import_purchases` of a shop's file, against COPY of the same bytes into one bare table.

And against COPY of the finished rows into the eight tables they end in: no import is faster than that, so it says how
much of the goal the schema itself leaves.
"""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from bench.finished import FinishedRows
from bench.machine import ROOT, Machine
from bench.rounds import Contestant, Standing, race

ROWS = 30_000
PEER_ROWS = {"bulk": 10_000, "default": 1_000}  # what each does in two or three seconds
GOAL = 0.2
IMPORTED = "import"  # the database of the import that came last
FLOOR = "floor: COPY into one bare table"
FINISHED = "floor: COPY of the finished rows into the eight tables"


def measure(machine: Machine, *, rounds: int, tell: Callable[[str], None]) -> list[Standing]:
    file = sales_file(machine.folder / "sales.csv")
    rows = rows_of(file)
    seconds_of_import(machine, file)
    finished = FinishedRows(machine.postgres.url_of(IMPORTED))
    contestants = [
        Contestant(FLOOR, lambda: rows / seconds_of_copy(machine, file)),
        Contestant(FINISHED, lambda: rows / finished.seconds_into(machine.new_database("finished")), FLOOR),
        Contestant(
            "row imported: import_purchases",
            lambda: rows / seconds_of_import(machine, file),
            FLOOR,
            GOAL,
            also=FINISHED,
        ),
        Contestant("row imported again: nothing changes", lambda: rows / seconds_again(machine, file), FLOOR),
        *[peer(machine, file, mode) for mode in PEER_ROWS],
    ]
    return race(contestants, rounds=rounds, tell=tell)


def peer(machine: Machine, file: Path, mode: str) -> Contestant:
    """django-import-export, which puts the same rows into one table of text, and nothing else."""
    many = PEER_ROWS[mode]
    name = f"django-import-export, {mode} mode: into one table"
    return Contestant(name, lambda: many / seconds_of_peer(machine, file, many, mode), FLOOR)


def seconds_of_peer(machine: Machine, file: Path, rows: int, mode: str) -> float:
    command = [sys.executable, "-m", "bench.peers.import_export", str(file), str(rows), mode]
    env = {**os.environ, "PEER_DATABASE": machine.new_database("peer", "template1")}
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return float(done.stdout)


def sales_file(path: Path, *, rows: int = ROWS) -> Path:
    """A shop's export, with the mess that such files have."""
    command = [sys.executable, "-m", "demo.sample_sales", "--rows", str(rows)]
    with path.open("wb") as file:
        subprocess.run(command, cwd=ROOT, check=True, stdout=file)
    return path


def header_of(file: Path) -> list[str]:
    with file.open(newline="") as lines:
        return next(csv.reader(lines))


def rows_of(file: Path) -> int:
    with file.open(newline="") as lines:
        return sum(1 for _ in csv.reader(lines)) - 1


def seconds_of_copy(machine: Machine, file: Path) -> float:
    """COPY of the file's bytes into a fresh table of as many text columns, committed."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} text").format(sql.Identifier(f"column_{number}"))
        for number, _ in enumerate(header_of(file))
    )
    with psycopg.connect(machine.new_database("copy", "template1"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE TABLE bare ({})").format(columns))
        began = time.perf_counter()
        statement = "COPY bare FROM STDIN WITH (FORMAT csv, HEADER)"
        with file.open("rb") as octets, connection.cursor().copy(statement) as copy:
            while block := octets.read(1 << 20):
                copy.write(block)
        return time.perf_counter() - began


def seconds_of_import(machine: Machine, file: Path) -> float:
    """The whole command, from its start to its end, into tables that hold nothing yet."""
    return seconds_of_command(machine, file, machine.new_database(IMPORTED))


def seconds_again(machine: Machine, file: Path) -> float:
    """The same where an earlier import brought all of it."""
    return seconds_of_command(machine, file, machine.postgres.url_of(IMPORTED))


def seconds_of_command(machine: Machine, file: Path, database: str) -> float:
    words = ["import_purchases", str(file), "--store", "bench", "--kind", "gumroad", "--create-editions"]
    began = time.perf_counter()
    machine.manage(*words, database=database)
    return time.perf_counter() - began
