"""Times in buckets that grow by a tenth each: a histogram that can be added up over days, and asked for percentiles.

Each bucket answers with the middle of its bounds (geometrically), so that what it says is off by `MOST_OFF` at most,
4.9 %, of any percentile by nearest rank of the very times. What is shorter than `SHORTEST` counts as that.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, log, sqrt
from typing import Final

RATIO: Final = 1.1
SHORTEST: Final = 0.01  # seconds
MOST_OFF: Final = sqrt(RATIO) - 1


def bucket_of(seconds: float) -> int:
    """0 for up to `SHORTEST`; bucket n holds what lies between n - 1 and n times the ratio above it."""
    return 0 if seconds <= SHORTEST else floor(log(seconds / SHORTEST) / log(RATIO)) + 1


def seconds_of(bucket: int) -> float:
    """What a time in this bucket is told as."""
    return SHORTEST if bucket == 0 else SHORTEST * RATIO ** (bucket - 0.5)


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The time, in seconds, within which that share (0 to 1) of all lies, by nearest rank. None without any."""
    wanted = max(ceil(sum(counts.values()) * share), 1)
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= wanted:
            return seconds_of(bucket)
    return None
