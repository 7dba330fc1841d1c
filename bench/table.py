"""The table that a run ends with."""

from collections.abc import Sequence

from bench.rounds import Spread, Standing
from bench.timing import Timing

HEAD = f"{'road':<68} {'per second, median':>18} {'range':>17}   {'ratio':>5} {'range':>14}   goal"


def print_races(standings: Sequence[Standing]) -> None:
    print(f"\n{HEAD}")
    for each in standings:
        speed = f"{each.speed.middle:>18,.0f} {f'{each.speed.low:,.0f}..{each.speed.high:,.0f}':>17}"
        print(f"{each.name:<68} {speed}   {ratio_of(each.ratio, each.goal)}".rstrip())


def ratio_of(ratio: Spread | None, goal: float) -> str:
    if ratio is None:
        return ""
    reached = f"   {goal} {'reached' if ratio.middle >= goal else 'missed'}" if goal else ""
    digits = 3 if ratio.middle < 0.1 else 2
    spread = f"[{ratio.low:.{digits}f}..{ratio.high:.{digits}f}]"
    return f"{ratio.middle:>5.{digits}f} {spread:>14}{reached}"


def print_timings(timings: Sequence[Timing]) -> None:
    for each in timings:
        reached = "reached" if each.is_even else "missed"
        print(
            f"{each.name}: AUC {each.auc:.3f} over {each.posts} posts, goal {each.low} to {each.high} {reached}"
            f" (known {each.known_ms:.2f} ms, unknown {each.unknown_ms:.2f} ms in the middle)"
        )
