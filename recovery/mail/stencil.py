"""A mail's texts, rendered once with holes where its facts go, because in a rush most mails differ in nothing else.

Only what templates print as it is may be a fact; what they decide by belongs to the context.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape

from recovery.mail.wording.compose import compose
from recovery.mail.wording.kinds import KINDS
from recovery.mail.wording.names import Words, understood

PARTS: Final = ("subject.txt", "body.txt", "body.html")
# From Unicode's private use, which escaping leaves alone, and not to be guessed: what a shop wrote opens no hole.
MARK: Final = f"\ue000{secrets.token_hex(8)}:"
HOLE: Final = re.compile(f"{MARK}(\\w+)\ue001")


@dataclass(frozen=True)
class Texts:
    """What a reader sees of a mail."""

    subject: str
    text: str
    html: str


def hole(name: str) -> str:
    """What a template prints in the place of the fact of that name."""
    return f"{MARK}{name}\ue001"


def texts(
    template: str,
    *,
    language: str,
    context: Mapping[str, Hashable],
    facts: Mapping[str, str],
    words: Words | None = None,
) -> Texts:
    """The mail's texts in that language; facts are escaped where the text is HTML. `words`: support's, instead of the
    template's."""
    subject, text, html = stencil(template, language, tuple(context.items()), tuple(facts), words)
    shown = {name: escape(fact) for name, fact in facts.items()}
    return Texts(filled(subject, facts), filled(text, facts), filled(html, shown))


def filled(pieces: list[str], facts: Mapping[str, str]) -> str:
    """Texts and the names of facts take turns in a stencil."""
    whole = pieces.copy()
    whole[1::2] = [facts[name] for name in pieces[1::2]]
    return "".join(whole)


@lru_cache(maxsize=512)
def stencil(
    template: str,
    language: str,
    context: tuple[tuple[str, Hashable], ...],
    facts: tuple[str, ...],
    words: Words | None,
) -> list[list[str]]:
    named: dict[str, Any] = {**dict(context), **{name: hole(name) for name in facts}}
    with translation.override(language):
        if words:
            named["phrases"] = words.phrases
            text = understood(words.mail, words.subject, words.body)
            return [HOLE.split(part) for part in compose(text, KINDS[words.mail], named)]
        return [HOLE.split(render_to_string(f"mail/{template}/{part}", named)) for part in PARTS]
