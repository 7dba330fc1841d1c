"""How often the long tests do what they do, and what chance they follow."""

import os
import random

PERCENT = int(os.environ.get("FAULTS_PERCENT", "100"))


def counted(full: int) -> int:
    """This count, or the share of it that `FAULTS_PERCENT` asks for; at least one."""
    return max(1, full * PERCENT // 100)


def chance() -> random.Random:
    """Seeded by `FAULTS_SEED` or anew; printed, so that a failure shows with which seed to see it again."""
    seed = int(os.environ.get("FAULTS_SEED") or random.randrange(2**32))
    print(f"FAULTS_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    return random.Random(seed)
