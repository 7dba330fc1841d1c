"""`python -m bench.retired`: size, time and memory of the list of retired codes, on a PostgreSQL of its own."""

import argparse
import resource
import time
from datetime import UTC, datetime, timedelta

from django.test import Client

from bench.retired.fill import analyse, fill, retire
from licensing.keys.retired import refresh
from licensing.keys.retired_reading import current

BEGAN = datetime.now(UTC) - timedelta(days=1)


def main() -> None:
    asked = arguments()
    fill(listed=asked.listed, others=asked.others, now=BEGAN)
    say(f"{asked.listed:,} retired codes among {asked.listed + asked.others:,} keys", peak())
    timed("first build", 1)
    analyse()
    timed("refresh with no change", 2)
    before = current().sequence
    retire(asked.listed, 100, at=BEGAN)
    timed("refresh with 100 changes", 3)
    timed("renewal after a day", 60 * 24 + 10)
    say(f"document: {current().size:,} octets", peak())
    served(before)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.retired", description=__doc__)
    parser.add_argument("--listed", type=int, default=1_000_000, help="codes on the list")
    parser.add_argument("--others", type=int, default=1_000_000, help="keys that serve")
    return parser.parse_args()


def timed(what: str, minutes: int) -> None:
    began = time.perf_counter()
    issued = refresh(now=BEGAN + timedelta(minutes=minutes))
    say(f"{what} (issued: {issued})", f"{time.perf_counter() - began:.2f} s, {peak()}")


def served(since: int) -> None:
    client = Client(headers={"host": "recover.example.com"})
    tag = client.get("/retired-keys.json", secure=True).headers["ETag"]
    for what, path, headers in (
        ("GET whole", "/retired-keys.json", {}),
        ("GET unchanged (304)", "/retired-keys.json", {"If-None-Match": tag}),
        ("GET 100 changes", f"/retired-keys.json?since={since}", {}),
    ):
        began = time.perf_counter()
        response = client.get(path, headers=headers, secure=True)
        taken = (time.perf_counter() - began) * 1000
        say(what, f"{response.status_code}, {len(response.content):,} octets, {taken:.1f} ms")


def peak() -> str:
    return f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"


def say(what: str, how: str) -> None:
    print(f"{what:<55} {how}", flush=True)


if __name__ == "__main__":
    main()
