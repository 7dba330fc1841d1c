"""`python -m bench.find --rows 1000000`: how long support waits for an answer of the box, and for each list.

A PostgreSQL of its own, gone with the run, is filled with as many customers, purchases, licenses and keys as asked for.
Each kind of term is searched for through Django, as the web server would be asked, in turns with a bare SELECT by
primary key.
"""

import argparse
import subprocess
import sys

from bench.machine import ROOT, Machine


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.find", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20, help="how often each is asked")
    asked = parser.parse_args()
    with Machine() as machine:
        command = [sys.executable, "-m", "bench.found", str(asked.rows), str(asked.times)]
        env = machine.environment_of(machine.new_database("find"))
        subprocess.run(command, cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    main()
