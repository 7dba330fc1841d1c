"""A mail's texts, rendered once with holes where its facts go, because in a rush most mails differ in nothing else.

Only what templates print as it is may be a fact; what they decide by belongs to the context.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape

PARTS: Final = ("subject.txt", "body.txt", "body.html")
# From Unicode's private use: no text of ours has them, and escaping leaves them alone.
HOLE: Final = re.compile("\ue000(\\w+)\ue001")


@dataclass(frozen=True)
class Texts:
    """What a reader sees of a mail."""

    subject: str
    text: str
    html: str


def texts(template: str, *, language: str, context: Mapping[str, Any], facts: Mapping[str, str]) -> Texts:
    """The mail's texts in that language; facts are escaped where the text is HTML."""
    try:
        shape = tuple(context.items())
        holes = stencil(template, language, shape, tuple(facts))
    except TypeError:  # a context with lists in it has no shape to be kept under
        return rendered(template, language, {**context, **facts})
    shown = {name: escape(fact) for name, fact in facts.items()}
    return Texts(
        subject=HOLE.sub(lambda hole: facts[hole[1]], holes.subject),
        text=HOLE.sub(lambda hole: facts[hole[1]], holes.text),
        html=HOLE.sub(lambda hole: shown[hole[1]], holes.html),
    )


@lru_cache(maxsize=64)
def stencil(
    template: str, language: str, context: tuple[tuple[str, Any], ...], facts: tuple[str, ...]
) -> Texts:
    return rendered(template, language, {**dict(context), **{name: f"\ue000{name}\ue001" for name in facts}})


def rendered(template: str, language: str, context: dict[str, Any]) -> Texts:
    with translation.override(language):
        return Texts(*(render_to_string(f"mail/{template}/{part}", context) for part in PARTS))
