"""The deeds that the trail knows: offered by their words, found by their words or by their names within."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from django.contrib.admin.sites import all_sites
from django.core.management import get_commands

from config.trail.words import ACTIONS, DEEDS, words_for
from licensing.console.pages import ReadOnly
from licensing.models import AuditEntry

OURS: Final = ("licensing", "recovery", "config.")  # how the names of our apps begin


@cache
def known() -> dict[str, str]:
    """Name within -> words, those of one thing together."""
    names = sorted({*ACTIONS, *by_hand(), *by_command()})
    return {name: words_for(name) for name in names}


def by_hand() -> Iterator[str]:
    """Rows that people keep in the console."""
    for site in all_sites:
        kept = (model for model, page in site._registry.items() if not isinstance(page, ReadOnly))
        yield from (f"{model._meta.model_name}.{deed}" for model in kept for deed in DEEDS)


def by_command() -> Iterator[str]:
    yield from (f"command.{name}" for name, app in get_commands().items() if str(app).startswith(OURS))


def meant(typed: str) -> list[str]:
    """The deeds that are called so; else those whose name within begins so, or whose words have it."""
    term = " ".join(typed.split()).casefold()
    deeds = known().items()
    found = [name for name, words in deeds if term in (name, words.casefold())]
    found = found or [name for name, words in deeds if name.startswith(term) or term in words.casefold()]
    return found or [term][: AuditEntry.objects.filter(action=term).exists()]
