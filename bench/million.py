"""`python -m bench.million --rows 1000000`: a large file comes in while customers are served and workers are killed.

The real set-up: PostgreSQL that waits for its disk, Redis, web server, worker, worker for files, beat. The file is
handed over, and its worker is killed (SIGKILL) once while it reads and once while it applies; the mails' worker once,
too. Customers ask all the while. At the end every mail must have left, and what is on file must be what a second
database has that read the same file undisturbed: nothing lost, nothing twice.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from bench.browser import NAME_LENGTH, Browser
from bench.imports import rows_of, sales_file
from bench.machine import Machine
from tests.kit.processes import Running, start

CELERY: Final = ("celery", "--app", "config", "--quiet")
WORKERS: Final = {
    "worker": (*CELERY, "worker", "--queues", "recovery", "--concurrency", "1"),
    "intake": (*CELERY, "worker", "--queues", "intake", "--concurrency", "1"),
    "beat": (*CELERY, "beat"),
}
PAUSE: Final = 0.1  # between one customer and the next
LONGEST: Final = 3600.0  # seconds that anything may take
STATE: Final = """
SELECT count(*), md5(string_agg(told, E'\\n' ORDER BY told)) FROM (
    SELECT concat_ws('|', p.reference, p.test, b.canonical, l.position, l.product_ref, l.variant, l.quantity, e.sku,
        u.unit, o.canonical, p.refunded_at IS NULL, p.refunded_units, p.disputed_at IS NULL, p.won_at IS NULL,
        u.refunded_at IS NULL, k.tail, k.registered_name, k.state, k.seats, a.seat) AS told
    FROM licensing_purchase p
    JOIN licensing_purchaseline l ON l.purchase_id = p.id
    LEFT JOIN licensing_emailaddress b ON b.customer_id = p.buyer_id
    LEFT JOIN licensing_license u ON u.line_id = l.id
    LEFT JOIN licensing_edition e ON e.id = u.edition_id
    LEFT JOIN licensing_emailaddress o ON o.customer_id = u.owner_id
    LEFT JOIN licensing_keyassignment a ON a.license_id = u.id
    LEFT JOIN licensing_registrationkey k ON k.id = a.key_id
) AS rows
"""
TWICE: Final = """
SELECT count(*) FROM (
    SELECT k.id FROM licensing_keyassignment a JOIN licensing_registrationkey k ON k.id = a.key_id
    JOIN licensing_license u ON u.id = a.license_id WHERE a.ends_at IS NULL AND k.seats IS NOT NULL
    GROUP BY k.id HAVING count(DISTINCT u.owner_id) > 1
) AS shared
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    with Machine() as machine:
        sys.exit(0 if Scenario(machine, asked.rows).run() else 1)


@dataclass
class Customers:
    """One after the other asks for keys; how long each waited for the page, in seconds."""

    port: int
    waits: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def ask_on(self) -> None:
        browser = Browser(self.port)
        while not self.over.wait(PAUSE):
            began = time.perf_counter()
            browser.ask(browser.post(os.urandom(NAME_LENGTH // 2).hex(), len(self.waits)))
            self.waits.append(time.perf_counter() - began)


class Scenario:
    """The service with one file on its way in."""

    def __init__(self, machine: Machine, rows: int) -> None:
        self.machine = machine
        self.file = sales_file(machine.folder / "sales.csv", rows=rows)
        self.rows = rows_of(self.file)
        self.database = machine.new_database("disturbed")
        self.running: dict[str, Running] = {}

    def run(self) -> bool:
        print(f"{self.rows:,} rows, {self.file.stat().st_size / 1e6:,.0f} MB", flush=True)
        with ExitStack() as stack:
            customers = Customers(stack.enter_context(self.machine.web(self.database)))
            stack.callback(self.close)
            for name in WORKERS:
                self.start(name)
            asking = threading.Thread(target=customers.ask_on)
            asking.start()
            try:
                self.import_with_kills()
            finally:
                customers.over.set()
                asking.join()
            served = self.all_mails_left(len(customers.waits))
        tell_waits(customers.waits)
        return self.same_as_undisturbed() and served

    def close(self) -> None:
        for each in self.running.values():
            each.close()

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", *WORKERS[name]]
        log, env = self.machine.folder / f"{name}.log", self.machine.environment_of(self.database)
        self.running[name] = start(command, log=log, env=env)

    def kill(self, name: str, *, when: str) -> None:
        self.running[name].kill9()
        print(f"killed: {name}, {when}", flush=True)
        self.start(name)

    def import_with_kills(self) -> None:
        began = time.perf_counter()
        words = ("--store", "bench", "--kind", "gumroad", "--create-editions", "--in-background")
        self.machine.manage("import_purchases", str(self.file), *words, database=self.database)
        print(f"handed over in {time.perf_counter() - began:,.1f} s", flush=True)
        self.until(lambda run: run["position"] > run["size"] * 0.4, "reading")
        self.kill("intake", when="while it read the file")
        self.until(
            lambda run: run["state"] == "applying" and run["applied_rows"] > self.rows * 0.4, "applying"
        )
        self.kill("intake", when="while it applied the rows")
        self.kill("worker", when="while it sent mails")
        self.until(lambda run: run["state"] == "applied", "the end of the import")
        seconds = time.perf_counter() - began
        print(
            f"on file after {seconds:,.0f} s, {self.rows / seconds:,.0f} rows a second, kills and all",
            flush=True,
        )

    def until(self, reached: Callable[[dict[str, Any]], bool], what: str) -> None:
        """Waits for a state of the file's row."""
        names = ("state", "applied_rows", "position", "size")
        statement = f"SELECT {', '.join(names)} FROM licensing_importrun"
        self.wait(lambda: reached(dict(zip(names, self.ask(statement), strict=True))), what)

    def all_mails_left(self, asked: int) -> bool:
        """Whether a mail to each customer was handed over, or found to be nobody's; none is left."""
        due = "SELECT count(*) FROM recovery_message WHERE state IN ('waiting', 'sending')"
        self.wait(lambda: not self.ask(due)[0], "the last mail")
        states = dict(self.all("SELECT state, count(*) FROM recovery_message GROUP BY state"))
        print(f"{asked:,} customers asked; what became of their mails: {states}", flush=True)
        return sum(states.values()) == asked and set(states) <= {"accepted"}

    def same_as_undisturbed(self) -> bool:
        quiet = self.machine.new_database("undisturbed")
        words = ("--store", "bench", "--kind", "gumroad", "--create-editions")
        began = time.perf_counter()
        self.machine.manage("import_purchases", str(self.file), *words, database=quiet)
        seconds = time.perf_counter() - began
        print(f"undisturbed: {seconds:,.0f} s, {self.rows / seconds:,.0f} rows a second", flush=True)
        ours, theirs = self.ask(STATE), self.ask(STATE, database=quiet)
        twice = self.ask(TWICE)[0]
        print(
            f"licenses' rows {ours[0]:,} and {theirs[0]:,}, {'the same' if ours == theirs else 'NOT THE SAME'}; "
            f"keys with two owners: {twice}",
            flush=True,
        )
        return ours == theirs and not twice

    def wait(self, is_so: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + LONGEST
        while not is_so():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come")
            time.sleep(0.5)

    def ask(self, statement: str, *, database: str = "") -> tuple[Any, ...]:
        return self.all(statement, database=database)[0]

    def all(self, statement: str, *, database: str = "") -> list[tuple[Any, ...]]:
        with psycopg.connect(database or self.database) as connection:
            return connection.execute(statement.encode()).fetchall()


def tell_waits(waits: list[float]) -> None:
    ranked = [1000 * wait for wait in sorted(waits)]
    middle, high = statistics.median(ranked), ranked[int(len(ranked) * 0.99)]
    print(
        f"pages: {middle:,.1f} ms in the middle, {high:,.1f} at 99 of 100, {ranked[-1]:,.0f} at most",
        flush=True,
    )


if __name__ == "__main__":
    main()
