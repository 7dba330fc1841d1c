"""What stands under every mail, whatever support writes above it: why it came, what to do if it was not you, what is
kept, whom to ask. Its words may be translated; it cannot be left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Section:
    """A title, sentences and a link, by the names of their phrases; `url` names the fact that the link leads to."""

    title: str
    sentences: tuple[str, ...]
    link: str = ""
    url: str = ""


def kept(sentence: str) -> Section:
    return Section("foot_kept", (sentence,), "foot_privacy", "privacy_url")


ASKED: Final = (
    Section("foot_why", ("foot_why_asked",)),
    Section("foot_not_me", ("foot_nothing_happened",), "foot_stop", "not_me_url"),
    kept("foot_kept_request"),
)
ASKED_BY_SUPPORT: Final = (
    Section("foot_why", ("foot_why_filed",)),
    Section("foot_not_me", ("foot_write",), "foot_stop", "not_me_url"),
    kept("foot_kept_request"),
)
PROVED: Final = (
    Section("foot_why", ("foot_why_asked", "foot_why_proved")),
    Section("foot_not_me", ("foot_seen",), "foot_end", "not_me_url"),
    kept("foot_kept_request"),
)
MOVED_BY_SUPPORT: Final = (
    Section("foot_why", ("foot_why_support",)),
    Section("foot_not_me", ("foot_write",)),
    kept("foot_kept_moves"),
)
MOVED: Final = (
    Section("foot_why", ("foot_why_mailbox",)),
    Section("foot_not_me", ("foot_read",), "foot_end", "not_me_url"),
    kept("foot_kept_moves"),
)
PROMISED: Final = (
    Section("foot_why", ("foot_why_promised",)),
    Section("foot_lost", (), "foot_again", "public_url"),
    kept("foot_kept_bought"),
)
CHANGED: Final = (Section("foot_why", ("foot_why_change",)), kept("foot_kept_change"))
MUTED: Final = (kept("foot_kept_mute"),)

FEET: Final[dict[str, Callable[[Mapping[str, Any]], tuple[Section, ...]]]] = {
    "asked": lambda named: ASKED,
    "claim": lambda named: ASKED_BY_SUPPORT if named["by_support"] else ASKED,
    "proved": lambda named: PROVED,
    "moves": lambda named: MOVED_BY_SUPPORT if named["by_support"] else MOVED,
    "promised": lambda named: PROMISED,
    "changes": lambda named: CHANGED,
    "muted": lambda named: MUTED,
}
