"""Contestants that take turns, and what their numbers say: medians with their range, ratios within one round."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Contestant:
    """Something that is run once a round; `run` returns how many it did in a second."""

    name: str
    run: Callable[[], float]
    floor: str = ""  # the contestant it is compared with; a floor itself has none
    goal: float = 0.0  # none, if zero
    also: str = ""  # a second floor, to know the ratio


@dataclass(frozen=True)
class Spread:
    """The middle of some numbers, and the smallest and largest of them."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> "Spread":
        return cls(median(numbers), min(numbers), max(numbers))


@dataclass(frozen=True)
class Standing:
    """What a contestant reached: per second, and against its floor in the same rounds."""

    name: str
    speed: Spread
    ratio: Spread | None
    goal: float


def race(contestants: Sequence[Contestant], *, rounds: int, tell: Callable[[str], None]) -> list[Standing]:
    """Runs everybody once a round, every second round in the opposite order, so that no place is the better one."""
    speeds: dict[str, list[float]] = {each.name: [] for each in contestants}
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        for each in contestants if number % 2 == 0 else reversed(contestants):
            speeds[each.name].append(each.run())
    return [each for contestant in contestants for each in standings(contestant, speeds)]


def standings(contestant: Contestant, speeds: dict[str, list[float]]) -> Iterator[Standing]:
    own = speeds[contestant.name]
    speed = Spread.of(own)
    against_floor = ratio(own, speeds[contestant.floor]) if contestant.floor else None
    yield Standing(contestant.name, speed, against_floor, contestant.goal)
    if contestant.also:
        name = f"  the same, against {contestant.also.removeprefix('floor: ')}"
        yield Standing(name, speed, ratio(own, speeds[contestant.also]), 0.0)


def ratio(own: Sequence[float], floors: Sequence[float]) -> Spread:
    return Spread.of([mine / floor for mine, floor in zip(own, floors, strict=True)])


def rank_statistic(ones: Sequence[float], others: Sequence[float]) -> float:
    """The chance that one of `ones` is larger than one of `others`, ties counting half (Mann-Whitney's U as AUC)."""
    ranked = sorted([(value, True) for value in ones] + [(value, False) for value in others])
    ranks_of_ones, position = 0.0, 0
    while position < len(ranked):
        end = position
        while end < len(ranked) and ranked[end][0] == ranked[position][0]:
            end += 1
        tied = sum(is_one for _, is_one in ranked[position:end])
        ranks_of_ones += tied * (position + 1 + end) / 2
        position = end
    return (ranks_of_ones - len(ones) * (len(ones) + 1) / 2) / (len(ones) * len(others))


def rank_interval(
    ones: Sequence[float], others: Sequence[float], *, times: int = 1_000, share: float = 0.95
) -> tuple[float, float]:
    """Between which two `share` of the statistic's values lie, where as many are drawn anew from both, with replacement
    (percentile bootstrap)."""
    drawn = sorted(
        rank_statistic(random.choices(ones, k=len(ones)), random.choices(others, k=len(others)))
        for _ in range(times)
    )
    left_out = round(times * (1 - share) / 2)
    return drawn[left_out], drawn[-1 - left_out]
