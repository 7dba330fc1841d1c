"""`python -m bench.inside`: does what lines of JSON on standard input say, and answers each with a number."""

import json
import sys
from collections.abc import Callable
from typing import Any

from bench.inside.console import entries, erased, prove, read, texts
from bench.inside.events import by_lane, by_posts, endpoint
from bench.inside.fill import customers
from bench.inside.send import by_smtplib, by_worker

DOES: dict[str, Callable[..., float]] = {
    "customers": customers,
    "worker": by_worker,
    "smtplib": by_smtplib,
    "endpoint": endpoint,
    "lane": by_lane,
    "posts": by_posts,
    "erased": erased,
    "texts": texts,
    "entries": entries,
    "read": read,
    "prove": prove,
}


def main() -> None:
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        print(json.dumps(DOES[order.pop("what")](**order)), flush=True)


if __name__ == "__main__":
    main()
