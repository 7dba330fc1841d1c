"""The vendor's colour, made readable: a contrast of 4.5 : 1 (WCAG 2.2, 1.4.3), whatever colour was chosen."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

READABLE: Final = 4.5
STEPS: Final = 100
WHITE: Final = "#ffffff"
BLACK: Final = "#000000"

Rgb = tuple[int, int, int]


@lru_cache(maxsize=64)
def readable(colour: str, on: tuple[str, ...] = (WHITE,)) -> str:
    """The nearest colour that reads on every one of the backgrounds, which are all light or all dark.

    It goes towards black on light grounds, towards white on dark ones, and always arrives.
    """
    end = BLACK if luminance(on[0]) > 0.5 else WHITE
    return next(
        each for each in between(colour, end) if all(contrast(each, ground) >= READABLE for ground in on)
    )


def between(start: str, end: str) -> Iterable[str]:
    for step in range(STEPS + 1):
        yield mixed(start, end, step / STEPS)


def mixed(start: str, end: str, part: float) -> str:
    """`part` of the way from one colour to another, as #rrggbb."""
    pairs = zip(rgb(start), rgb(end), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white), as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (linear(part / 255) for part in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def rgb(colour: str) -> Rgb:
    """Raises ValueError for anything but #rrggbb."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
