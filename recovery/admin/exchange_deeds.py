"""What support may do with an exchange: each a small form, one domain call, and a plain sentence about the outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms

from licensing.models import License
from recovery.errors import (
    CannotUndo,
    ExchangeRefused,
    NoSuchLicense,
    NotRunning,
    OutOfStock,
    ReasonNeeded,
    RecoveryError,
    Stale,
)
from recovery.exchange.begin import LONGEST_TEXT
from recovery.exchange.facts import movable, units_of
from recovery.journeys.exchange_support import approve, ask_back, cancel_for, decline, undo_for
from recovery.models import Exchange, ExchangeState
from recovery.templatetags.move_words import why_not

LONGEST_REASON: Final = 300
TROUBLES: Final[dict[type[RecoveryError], str]] = {
    NotRunning: "This was decided meanwhile, perhaps by somebody else. Nothing was changed now.",
    CannotUndo: "This move can no longer be undone: it was undone or followed by another one, or its grace period is "
    "over. Nothing was changed now.",
    NoSuchLicense: "The license is on that platform already, or its product does not exist for it. Nothing was "
    "changed now.",
    Stale: "Something else happened to the license meanwhile. Nothing was changed now.",
    OutOfStock: "There is no other code to give just now. Load codes first; the old one stays as it is.",
    ReasonNeeded: "A reason is needed, and recorded.",
}
AFTER: Final = {
    ExchangeState.DONE: "Done: the license has its new key, and a mail tells its owner.",
    ExchangeState.WAITING: "The license waits for a key and moves by itself when one is there. The old key serves "
    "until then.",
    ExchangeState.CANCELLED: "It will not be done, and the license keeps its key.",
    ExchangeState.DECLINED: "Declined. The customer reads your reason in a mail.",
    ExchangeState.ASKED: "The customer gets your question by mail.",
    ExchangeState.UNDONE: "Undone: the old key serves again, and the new one ended.",
}


def in_plain_words(error: RecoveryError) -> str:
    if isinstance(error, ExchangeRefused):
        return f"{why_not(error.decision)} Nothing was changed."
    return TROUBLES.get(type(error), "That was not possible. Nothing was changed.")


class Written(forms.CharField):
    """A text of several lines. Browsers send two characters for the end of a line, and count one."""

    def __init__(self, *, longest: int, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4 if longest > LONGEST_REASON else 2})
        super().__init__(max_length=longest, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return super().to_python(str(value).replace("\r\n", "\n") if value else value) or ""


@dataclass(frozen=True)
class Deed:
    """One thing to do: what it is called, what it brings about, what is written with it, and the call."""

    name: str
    title: str
    says: str
    label: str
    required: bool
    longest: int
    act: Callable[[UUID, str, str, datetime], Exchange]
    main: bool = False  # what is asked for: shown as a button

    def form(self, data: Any = None) -> forms.Form:
        """Empty where nothing is written."""
        form = forms.Form(data, auto_id=f"{self.name}-%s")
        if self.label:
            form.fields["words"] = Written(longest=self.longest, label=self.label, required=self.required)
        return form


DEEDS: Final = {
    deed.name: deed
    for deed in (
        Deed(
            "approve",
            "Approve this move",
            "The license moves at once, or as soon as a key is there, whatever the rules say. A mail brings the key.",
            "Reason, for our records only (optional)",
            False,
            LONGEST_REASON,
            lambda pk, by, words, now: approve(pk, by=by, reason=words, now=now),
            main=True,
        ),
        Deed(
            "decline",
            "Decline it",
            "The license stays where it is.",
            "Reason, which the customer reads",
            True,
            LONGEST_TEXT,
            lambda pk, by, words, now: decline(pk, by=by, reason=words, now=now),
        ),
        Deed(
            "ask",
            "Ask back",
            "The customer gets your question by mail and can answer it on the page. The move stays undecided.",
            "Question to the customer",
            True,
            LONGEST_TEXT,
            lambda pk, by, words, now: ask_back(pk, by=by, text=words),
        ),
        Deed(
            "undo",
            "Undo this move",
            "The old key serves again. The new one ends at once and never returns to the pool; the move still counts.",
            "",
            False,
            0,
            lambda pk, by, words, now: undo_for(pk, by=by, now=now),
        ),
        Deed(
            "cancel",
            "Cancel it",
            "It will not be done, and the license keeps its key. No mail is sent.",
            "",
            False,
            0,
            lambda pk, by, words, now: cancel_for(pk, by=by, now=now),
        ),
    )
}


def possible(exchange: Exchange, *, now: datetime) -> list[Deed]:
    """What may be done with it as it stands."""
    if exchange.state == ExchangeState.ASKED:
        names = ["approve", "ask", "decline", "cancel"]
    elif exchange.is_running:
        names = ["cancel"]
    else:
        names = ["undo"] if may_be_undone(exchange, now=now) else []
    return [DEEDS[name] for name in names]


def may_be_undone(exchange: Exchange, *, now: datetime) -> bool:
    if exchange.state != ExchangeState.DONE:
        return False
    (unit,) = units_of(movable(License.objects.filter(pk=exchange.license_id)), now=now)
    return unit.undoable is not None and unit.undoable.pk == exchange.pk
