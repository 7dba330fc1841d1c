"""Whether an edition's codes may stand on the public list of retired codes: not if a dictionary would find them.

The list publishes SHA-256 of codes. Whoever can guess a code can tell whether it is there, and if all codes can be
tried, read the whole list back (threats.md, row 55).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from math import log2
from typing import Final
from uuid import UUID

from django.core.cache import cache

from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import content_of
from licensing.keys.sources.document import BadDocument, read
from licensing.keys.sources.pattern import BITS_EACH, FEWEST_BITS, verify_check_symbol
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import Edition, KeySource, RegistrationKey

SAMPLE: Final = 200  # codes that are opened for a judgement
FEWEST: Final = 32  # with fewer, too few characters of an alphabet are seen to say anything
BITS_SEEN: Final = 64  # what codes of unknown making must show
LONGEST: Final = 1_024  # positions that are looked at: licence files are long and alike
REMEMBERED: Final = 300  # seconds that the console goes by one judgement


class Reason(StrEnum):
    """Why an edition's codes may stand on the list, or may not."""

    SIGNED = "signed"
    MADE_AT_RANDOM = "made_at_random"
    LOOK_RANDOM = "look_random"
    SHARED = "shared"
    WEAK_PATTERN = "weak_pattern"
    GUESSABLE = "guessable"
    TOO_FEW = "too_few"


GOOD: Final = frozenset({Reason.SIGNED, Reason.MADE_AT_RANDOM, Reason.LOOK_RANDOM})
SENTENCES: Final = {
    Reason.SIGNED: "Its retired codes are listed: signed license documents cannot be guessed.",
    Reason.MADE_AT_RANDOM: "Its retired codes are listed: its pattern draws {bits} bits at random.",
    Reason.LOOK_RANDOM: "Its retired codes are listed: {count} of its codes vary by about {bits} bits.",
    Reason.SHARED: "Left out of the list: one of its codes serves all buyers, and would stop for all of them.",
    Reason.WEAK_PATTERN: "Left out of the list: its pattern draws {bits} bits at random. At least {least} are needed, "
    "or codes could be guessed.",
    Reason.GUESSABLE: "Left out of the list: {count} of its codes vary by about {bits} bits only. At least {least} are "
    "needed, or codes could be guessed from the list.",
    Reason.TOO_FEW: "Left out of the list: {count} of its codes are known, too few codes to judge whether they could "
    "be guessed. At least {fewest} are needed.",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one edition; `sentence` is for the console."""

    reason: Reason
    sentence: str

    @property
    def listable(self) -> bool:
        return self.reason in GOOD


@dataclass(frozen=True, slots=True)
class Look:
    """One code: as it was given out, and the form that is hashed."""

    given: str
    normal: str


def judge(edition: Edition) -> Judgement:
    """Whether the edition's retired codes may be published. Opens up to 200 of its codes.

    Codes that its source did not make (loaded, or sold before there was one) are judged by how they look.
    """
    if edition.keys.filter(seats=None).exists():
        return judgement(Reason.SHARED)
    made = of_source(edition)
    if made and not made.listable:
        return made
    foreign = [look for look in sample(edition) if not (made and was_made(look, edition))]
    return of_looks(foreign) if foreign or not made else made


def remembered(edition: Edition) -> Judgement:
    """The same, at most five minutes old: for pages that are looked at often."""
    source = sha256(repr((edition.key_source, edition.key_source_options)).encode()).hexdigest()
    name = f"listable:{edition.pk}:{source}"
    known: Judgement | None = cache.get(name)
    if known is None:
        known = judge(edition)
        cache.set(name, known, REMEMBERED)
    return known


def in_words(edition: Edition) -> str:
    """What the console says at the edition."""
    sentence = remembered(edition).sentence
    if edition.checks_retired_list:
        return sentence
    return f"Nothing of it is published, since its application does not check the list. If it did: {sentence}"


def listable_editions() -> list[UUID]:
    """Editions whose applications check the list, and whose codes may stand on it."""
    return [
        edition.pk for edition in Edition.objects.filter(checks_retired_list=True) if judge(edition).listable
    ]


def of_source(edition: Edition) -> Judgement | None:
    """What its source alone allows; None for codes that come from elsewhere."""
    if edition.key_source == KeySource.SIGNED:
        return judgement(Reason.SIGNED)
    if edition.key_source == KeySource.PATTERN:
        bits = pattern_in(edition).count("#") * BITS_EACH
        return judgement(
            Reason.MADE_AT_RANDOM if bits >= FEWEST_BITS else Reason.WEAK_PATTERN, bits, FEWEST_BITS
        )
    return None


def was_made(look: Look, edition: Edition) -> bool:
    if edition.key_source == KeySource.SIGNED:
        return is_document(look.given)
    return verify_check_symbol(look.given, pattern_in(edition))


def is_document(given: str) -> bool:
    try:
        read(given)
    except BadDocument:
        return False
    return True


def pattern_in(edition: Edition) -> str:
    """As it stands, whether keys can be made of it or not."""
    options = edition.key_source_options
    return str(options.get("pattern", "")) if isinstance(options, dict) else ""


def of_looks(looks: Sequence[Look]) -> Judgement:
    count = len(looks)
    if count < FEWEST:
        return judgement(Reason.TOO_FEW, count=count)
    bits = int(variety([look.normal for look in looks]))
    return judgement(Reason.LOOK_RANDOM if bits >= BITS_SEEN else Reason.GUESSABLE, bits, BITS_SEEN, count)


def variety(codes: Iterable[str]) -> float:
    """How many bits codes seem to vary by: for each position that all have, log2 of the characters seen there.

    An estimate from above where positions depend on each other (a serial number with its check sum), so the bar is
    higher than for codes that we make.
    """
    return sum(log2(len(set(column))) for column in zip(*codes, strict=False))


def sample(edition: Edition) -> list[Look]:
    """The oldest and the newest codes, as far as they can be read: old makes and new ones."""
    keys = edition.keys.order_by("id")
    newest = keys.reverse()[: SAMPLE // 2]
    chosen = {key.pk: key for key in (*keys[: SAMPLE // 2], *newest)}
    return [look for key in chosen.values() if (look := look_of(key, form=edition.code_form))]


def look_of(key: RegistrationKey, *, form: str) -> Look | None:
    try:
        content = content_of(key)
        if key.file_name:
            return Look("", content[:LONGEST].decode("latin-1"))
        return Look(content.decode(), normalise(content.decode(), form=form)[:LONGEST])
    except (Tampered, UnknownKey, UnicodeDecodeError, CodeError):
        return None


def judgement(reason: Reason, bits: int = 0, least: int = 0, count: int = 0) -> Judgement:
    sentence = SENTENCES[reason].format(bits=bits, least=least, count=count, fewest=FEWEST)
    return Judgement(reason, sentence)
