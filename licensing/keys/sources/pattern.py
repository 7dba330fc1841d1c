"""Keys made from a template such as `VCU-#####-#####-#####-#####C`.

Each `#` becomes a random character of Crockford's base 32 (0-9 and A-Z without I, L, O and U). A `C` as the last
character becomes Crockford's check symbol: the `#` characters, read from the left as one number in base 32, modulo 37,
written as the 32 characters and then `*`, `~`, `$`, `=`, `U` (https://www.crockford.com/base32.html). It notices every
single wrong character and every swap of two neighbours. Everything else stands as it is.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import new_key
from licensing.models import Edition, KeyState, License, RegistrationKey

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_SYMBOLS: Final = ALPHABET + "*~$=U"
LITERALS: Final = frozenset(string.ascii_letters + string.digits + "-_.:/ ")
LONGEST: Final = 100
BITS_EACH: Final = 5
FEWEST_BITS: Final = 60  # of a million codes sold, one guess in a million million hits one
TRIES: Final = 5


class BadPattern(ValueError):
    """No keys can be made from this template; the message says why, to people."""


def supply(edition: Edition, licenses: Sequence[License], *, now: datetime) -> dict[UUID, RegistrationKey]:
    """A new key for each license. Raises `BadPattern`."""
    pattern = pattern_of(edition)
    return {license.id: stored_key(edition, pattern) for license in licenses}


def pattern_of(edition: Edition) -> str:
    """The edition's template. Raises `BadPattern`."""
    options = edition.key_source_options
    pattern = options.get("pattern") if isinstance(options, dict) else None
    if not isinstance(pattern, str):
        raise BadPattern('There is no pattern. Give one as {"pattern": "ABC-#####-#####-#####C"}.')
    check(pattern)
    return pattern


def check(pattern: str) -> None:
    """Raises `BadPattern` unless the template makes codes that nobody can guess or misread."""
    strange = sorted(set(pattern) - LITERALS - {"#"})
    if strange:
        raise BadPattern(
            f"A pattern has letters A-Z, digits, - _ . : / and spaces beside its #; it must not have {strange[0]!r}."
        )
    if pattern != pattern.strip() or len(pattern) > LONGEST:
        raise BadPattern(f"A pattern has no space at its ends, and at most {LONGEST} characters.")
    bits = BITS_EACH * pattern.count("#")
    if bits < FEWEST_BITS:
        needed = -(-FEWEST_BITS // BITS_EACH)
        raise BadPattern(
            f"Codes of this pattern could be guessed: it has {bits} random bits and needs {FEWEST_BITS}, "
            f"which is {needed} times #."
        )


def stored_key(edition: Edition, pattern: str) -> RegistrationKey:
    """A key that no other has. Raises IntegrityError if every try met one that is on file, which chance never does."""
    for left in reversed(range(TRIES)):
        key = new_key(edition=edition, code=code_from(pattern))
        key.state = KeyState.SERVING
        try:
            with transaction.atomic():
                key.save(force_insert=True)
        except IntegrityError:
            if not left:
                raise
        else:
            break
    return key


def code_from(pattern: str) -> str:
    """A new code of that form, from the system's secure random source."""
    chosen = [secrets.choice(ALPHABET) for _ in range(pattern.count("#"))]
    body, checked = (pattern[:-1], True) if pattern.endswith("C") else (pattern, False)
    drawn = iter(chosen)
    code = "".join(next(drawn) if place == "#" else place for place in body)
    return code + check_symbol("".join(chosen)) if checked else code


def check_symbol(characters: str) -> str:
    """Of characters of the alphabet, in upper case. Raises ValueError for others."""
    value = 0
    for character in characters:
        value = value * 32 + ALPHABET.index(character)
    return CHECK_SYMBOLS[value % 37]


def verify_check_symbol(code: str, pattern: str) -> bool:
    """Whether a code as somebody typed it fits the template, its check symbol included if the template has one.

    Spaces, dashes, case, and O, I and L for the digits they look like make no difference.
    """
    try:
        typed, places = normalise(code, form="crockford"), normalise(pattern, form="crockford")
    except CodeError:
        return False
    if len(typed) != len(places):
        return False
    if not pattern.endswith("C"):
        return fits(typed, places)
    drawn = "".join(typed[at] for at, place in enumerate(places) if place == "#")
    return fits(typed[:-1], places[:-1]) and check_symbol(drawn) == typed[-1]


def fits(typed: str, places: str) -> bool:
    pairs = zip(typed, places, strict=True)
    return all(character in ALPHABET if place == "#" else character == place for character, place in pairs)
