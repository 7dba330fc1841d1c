"""What became of a notification, in a sentence or two for support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from licensing.console.told_words import all_in_words
from licensing.intake.hooks.connections import shop_of
from licensing.intake.hooks.events import kept
from licensing.intake.meanings import Meanings
from licensing.intake.record import RowRejected, Told
from licensing.intake.shop import NeedsShop, NotUnderstood, ShopSilent
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import EventState, HookEvent, PurchaseLine

CANNOT_TELL: Final = (
    NeedsShop,
    NotUnderstood,
    RowRejected,
    ShopSilent,
    Tampered,
    UnknownKey,
    ValueError,
    KeyError,
)
MOST_LINES: Final = 20  # of an order, named on a page
OUTCOMES: Final = {
    EventState.RECEIVED: "It is kept, and waits for the worker",
    EventState.DONE: "It is on file",
    EventState.IGNORED: "There is nothing for us in it",
    EventState.WAITING: "It waits for its order",
    EventState.UNCONFIRMED: "Nothing happens until it is confirmed, since this shop does not sign what it sends",
    EventState.NOT_UNDERSTOOD: "It was not understood",
}
TONES: Final = {
    EventState.RECEIVED: "info",
    EventState.DONE: "good",
    EventState.IGNORED: "off",
    EventState.WAITING: "wait",
    EventState.UNCONFIRMED: "wait",
    EventState.NOT_UNDERSTOOD: "bad",
}


def told_by(event: HookEvent) -> Sequence[Told]:
    """What can be read in it without asking the shop; nothing, where nothing can."""
    if event.payload is None or event.whole:
        return ()
    try:
        told = shop_of(event.connection).told(kept(event), ask=None)
    except CANNOT_TELL:
        return ()
    return [each._replace(test=each.test or event.test or event.connection.test) for each in told]


def outcome(event: HookEvent) -> str:
    """`It is on file: a test order 1001 with 1 line (1 × Clip Cutter).`, with the reason where there is one."""
    said = f": {all_in_words(told)}" if (told := told_by(event)) else ""
    reasons = event.reason or " ".join(
        f"No mapping says what “{line.product_ref}” is yet." for line in lines_without_meaning(event)
    )
    return f"{OUTCOMES[EventState(event.state)]}{said}. {reasons}".rstrip()


def lines_without_meaning(event: HookEvent) -> list[PurchaseLine]:
    """Lines of its order that no mapping knows; those of a test order, too, which are never placed."""
    if event.purchase is None:
        return []
    meanings, at = Meanings(event.connection.store), event.purchase.ordered_at
    lines = event.purchase.lines.filter(placed_at=None).select_related("purchase").defer("sealed_code")
    return [line for line in lines[:MOST_LINES] if not meanings.of(line.product_ref, line.variant, at=at)]
