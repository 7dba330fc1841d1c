"""Whether a text may be kept: its form, its placeholders, and how it reads with every example."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from recovery.mail.stencil import Texts, texts
from recovery.mail.vendor import of_vendor
from recovery.mail.wording.compose import TooLarge
from recovery.mail.wording.examples import Example, examples
from recovery.mail.wording.kinds import KINDS
from recovery.mail.wording.markup import Fault, Refused
from recovery.mail.wording.names import Words, understood

LONGEST_SUBJECT_SENT = 400


def ensure_usable(words: Words) -> None:
    """Raises Refused with every fault that there is."""
    understood(words.mail, words.subject, words.body)
    with translation.override(words.language):
        faults = [fault for example in examples(KINDS[words.mail]) for fault in faults_with(words, example)]
    if faults:
        raise Refused(list(dict.fromkeys(faults)))


def faults_with(words: Words, example: Example) -> Iterator[Fault]:
    try:
        said = shown(words, example)
    except TooLarge as error:
        yield Fault(1, f"The mail would be too large: {error}.")
        return
    if len(said.subject) > LONGEST_SUBJECT_SENT and example.title != "odd names":
        yield Fault(0, "With the facts in it, the subject is too long.")


def shown(words: Words, example: Example) -> Texts:
    """The mail as it would be about that example, in the active language."""
    return texts(
        words.mail,
        language=words.language,
        context={**example.context, **of_vendor()},
        facts=example.facts,
        words=words,
    )


def shown_built_in(mail: str, example: Example) -> Texts:
    """The same with the text that is built in."""
    return texts(mail, language="en", context={**example.context, **of_vendor()}, facts=example.facts)
