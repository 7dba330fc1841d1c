"""Finds payment card numbers in text and drops them: they are never stored, wherever they hide.

What counts as one: 13 to 19 digits (of any script, so full-width too) in whole groups, with at most three
separators between groups, that begin as an issuer's numbers do, are as long as that issuer's, and
pass the Luhn check (ISO/IEC 7812-1). Letters may touch it on both sides. Groups are tried in every
run, so a card followed by its expiry date or by another card is found.

Known limits. An unbroken run of digits is taken whole or not at all: a card glued to further
digits is not found, else one long tracking number in a few would be hit. The other way round, one in
ten numbers that look like a card passes Luhn by chance, so hexadecimal text with 13 or more
decimal digits in a row is hit now and then; that is why columns of keys and order references are not
scrubbed. A well-formed UUID (RFC 9562) is left alone: without that, one in a thousand would be damaged.
A "+" before 13 digits is a telephone number (Visa gave up that length long ago).
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

REMOVED: Final = "[removed]"
SHORTEST: Final = 13
LONGEST: Final = 19

# White space, full stop, middle dot, underscore, every dash, and what is left unseen by copying.
_SEPARATOR = (
    r"[\s.\u00b7_\-\u00ad\u02d7\u058a\u1806\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u301c\u30fb\ufe58\ufe63"
    r"\uff0d\uff0e\u200b-\u200d\u2060\ufeff]"
)
_CHAIN = re.compile(rf"(?<!\d)\d(?:{_SEPARATOR}{{0,3}}+\d){{{SHORTEST - 1},}}+")
_GROUP = re.compile(r"\d+")
_UUID = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-f])",
    re.IGNORECASE | re.ASCII,
)

_ISSUERS = re.compile(
    r"""
      4 (?: \d{12} | \d{15} | \d{18} )                                               # Visa
    | (?: 5[1-5]\d\d | 222[1-9] | 22[3-9]\d | 2[3-6]\d\d | 27[01]\d | 2720 ) \d{12}  # Mastercard
    | 3[47] \d{13}                                                                   # American Express
    | 35 (?: 2[89] | [3-8]\d ) \d{12,15}                                             # JCB
    | 3[0689] \d{12,17}                                                              # Diners Club
    | 6 \d{12,18}                                                                    # Discover and others
    | 5[0678] \d{11,17}                                                              # Maestro
    | 220[0-4] \d{12,15}                                                             # Mir
    | 8[12] \d{14,17}                                                                # UnionPay, RuPay
    """,
    re.VERBOSE | re.ASCII,
)
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # a digit doubled, its own digits added

Span = tuple[int, int]


def scrub(text: str) -> tuple[str, int]:
    """`text` with each card number replaced by `[removed]`, and how many were removed.

    Text without one comes back unchanged (the same object). Where two candidates overlap, all that
    either covers goes, as one: better a digit too many than half a card left.
    """
    if len(text) < SHORTEST:
        return text, 0
    chains = [chain.span() for chain in _CHAIN.finditer(text)]
    if not chains:
        return text, 0
    uuids = [found.span() for found in _UUID.finditer(text)]
    cards = (card for chain in chains for card in _cards(text, chain))
    spans = _joined(_apart_from(cards, uuids))
    if not spans:
        return text, 0
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [text[end:start], REMOVED]
        end = stop
    return "".join([*pieces, text[end:]]), len(spans)


def _cards(text: str, chain: Span) -> Iterator[Span]:
    """Where in a chain of digit groups a card number stands, in order of where it starts."""
    groups = [(group.start(), group.end()) for group in _GROUP.finditer(text, *chain)]
    digits = [_ascii_digits(text[start:end]) for start, end in groups]
    number, begins = "".join(digits), [0, *accumulate(map(len, digits))]
    if len(groups) == 1 and not _ISSUERS.fullmatch(number):
        return
    sums = _luhn_sums(number)
    shortest = 0  # the first group with which one that starts here may end
    for first, (start, _) in enumerate(groups):
        begin = begins[first]
        while shortest < len(groups) and begins[shortest + 1] - begin < SHORTEST:
            shortest += 1
        for last in range(shortest, len(groups)):
            end = begins[last + 1]
            if end - begin > LONGEST:
                break
            sum_up = sums[end % 2]
            if (sum_up[end] - sum_up[begin]) % 10 or not _ISSUERS.fullmatch(number, begin, end):
                continue
            if not (end - begin == SHORTEST and text[start - 1 : start] == "+"):
                yield start, groups[last][1]


def _luhn_sums(number: str) -> tuple[list[int], list[int]]:
    """What the Luhn check adds up, from the first digit on: for what ends behind an even number of digits, and an odd.
    So every number within is checked by one subtraction, however many there are."""
    plain = list(map(int, number))
    doubled = [_DOUBLED[digit] for digit in plain]
    even, odd = doubled.copy(), plain.copy()
    even[1::2], odd[1::2] = plain[1::2], doubled[1::2]
    return [0, *accumulate(even)], [0, *accumulate(odd)]


def _apart_from(spans: Iterator[Span], others: list[Span]) -> Iterator[Span]:
    """The spans that overlap none of the others; both come in order, and are gone through once."""
    passed = 0
    for span in spans:
        while passed < len(others) and others[passed][1] <= span[0]:
            passed += 1
        if passed == len(others) or span[1] <= others[passed][0]:
            yield span


def _ascii_digits(group: str) -> str:
    return group if group.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in group)


def _joined(spans: Iterator[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
