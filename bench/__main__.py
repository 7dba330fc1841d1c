"""`python -m bench`: measures the roads, each in one run with its floor, and prints a table. Writes no file unasked."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bench import api, events, hooks, imports, mail, requests, timing
from bench.machine import Machine
from bench.rounds import Standing
from bench.table import print_races, print_timings
from bench.timing import Timing

RACES: dict[str, Callable[..., list[Standing]]] = {
    "requests": requests.measure,
    "api": api.measure,
    "hooks": hooks.measure,
    "mail": mail.measure,
    "events": events.measure,
    "import": imports.measure,
}
LEAST_ROUNDS = 5


def main() -> None:
    asked = arguments()
    with Machine() as machine:
        standings = [
            standing
            for road, measure in RACES.items()
            if asked.only in (road, None)
            for standing in measure(machine, rounds=asked.rounds, tell=teller(road))
        ]
        timings = (
            timing.measure(machine, posts=asked.posts, tell=teller("timing"))
            if asked.only in ("timing", None)
            else []
        )
    report(standings, timings, asked.json)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=[*RACES, "timing"], help="one road instead of all")
    parser.add_argument("--rounds", type=rounds, default=7, help=f"of every race, at least {LEAST_ROUNDS}")
    parser.add_argument("--posts", type=int, default=4000, help="of each timing run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers into that file, too")
    return parser.parse_args()


def rounds(text: str) -> int:
    number = int(text)
    if number < LEAST_ROUNDS:
        raise argparse.ArgumentTypeError(f"a median of fewer than {LEAST_ROUNDS} says nothing")
    return number


def teller(road: str) -> Callable[[str], None]:
    return lambda what: print(f"{road}: {what}", file=sys.stderr, flush=True)


def report(standings: list[Standing], timings: list[Timing], file: Path | None) -> None:
    if standings:
        print_races(standings)
    print_timings(timings)
    if file:
        numbers = {
            "races": [asdict(each) for each in standings],
            "timings": [asdict(each) for each in timings],
        }
        file.write_text(json.dumps(numbers, indent=2) + "\n")


if __name__ == "__main__":
    main()
