"""Whether an edition's source can make keys as it is set up, said in words for the person who sets it up."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError

from licensing.keys.signing import NoSigningKey, current_key
from licensing.keys.sources.asking import BadOptions, options_of
from licensing.keys.sources.pattern import BadPattern, pattern_of
from licensing.models import Edition, KeySource, SigningPurpose

OPTIONS = "key_source_options"


def check_options(edition: Edition) -> None:
    """Raises ValidationError, by field, unless the edition's source can work with its options and code form."""
    if not isinstance(edition.key_source_options, dict):
        raise ValidationError({OPTIONS: "The options of a source are an object: {…}."})
    CHECKS[KeySource(edition.key_source)](edition)


def check_pool(edition: Edition) -> None:
    """Nothing to set up. Options that another source left behind are kept for it."""


def check_pattern(edition: Edition) -> None:
    know_only(edition, "pattern")
    need_form(edition, "spaced", "crockford")
    try:
        pattern_of(edition)
    except BadPattern as problem:
        raise ValidationError({OPTIONS: str(problem)}) from problem


def check_signed(edition: Edition) -> None:
    """Both forms find a document again however a mail wrapped its lines."""
    know_only(edition)
    need_form(edition, "armoured", "spaced")
    try:
        current_key(SigningPurpose.LICENSES)
    except NoSigningKey as problem:
        raise ValidationError({"key_source": str(problem)}) from problem


def check_remote(edition: Edition) -> None:
    try:
        options_of(edition.key_source_options)
    except BadOptions as problem:
        raise ValidationError({OPTIONS: str(problem)}) from problem


def know_only(edition: Edition, *known: str) -> None:
    """A misspelt option would be passed over in silence."""
    strange = sorted(set(edition.key_source_options) - set(known))
    if strange:
        words = f"This source has no option called “{strange[0]}”. It knows: {', '.join(known) or 'none'}."
        raise ValidationError({OPTIONS: words})


def need_form(edition: Edition, *forms: str) -> None:
    if edition.code_form not in forms:
        raise ValidationError({"code_form": f"Keys of this source need the code form {' or '.join(forms)}."})


CHECKS: dict[KeySource, Callable[[Edition], None]] = {
    KeySource.POOL: check_pool,
    KeySource.PATTERN: check_pattern,
    KeySource.SIGNED: check_signed,
    KeySource.REMOTE: check_remote,
}
