"""`python -m bench.morning --rows 1000000`: the console's first page and the counting behind it, on that many orders.

A PostgreSQL of its own, gone with the run, is filled with orders, requests and mails of 90 days, cases, and a pool.
Measured: the first count of everything, one five minutes later, that of one day, and both pages.
"""

import argparse
import subprocess
import sys

from bench.machine import ROOT, Machine


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.morning", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="orders; a tenth as many requests")
    parser.add_argument("--times", type=int, default=20, help="how often the page is asked for")
    asked = parser.parse_args()
    with Machine() as machine:
        command = [sys.executable, "-m", "bench.mornings", str(asked.rows), str(asked.times)]
        env = machine.environment_of(machine.new_database("morning"))
        subprocess.run(command, cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    main()
