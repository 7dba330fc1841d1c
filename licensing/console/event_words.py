"""What became of a notification, in a sentence or two for support."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing.console.told_words import all_in_words
from licensing.intake.hooks.connections import shop_of
from licensing.intake.hooks.events import kept
from licensing.intake.record import RowRejected, Told
from licensing.intake.shop import NeedsShop, NotUnderstood, ShopSilent
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import EventState, HookEvent, Mapping, PurchaseLine

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
_NO_MAPPING: Final = re.compile(r"No mapping says what “(.*?)” is\. ?")
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
    lines = lines_without_meaning(event)
    reasons = reason_now(event, lines) or " ".join(
        f"No mapping says what “{line.product_ref}” is yet." for line in lines
    )
    return f"{OUTCOMES[EventState(event.state)]}{said}. {reasons}".rstrip()


def reason_now(event: HookEvent, lines: Sequence[PurchaseLine]) -> str:
    """Its reason, without products that have got a meaning since. `lines`: those of its order without one now."""
    if event.state != EventState.DONE or event.purchase is None:
        return event.reason
    unknown = {line.product_ref for line in lines}
    return _NO_MAPPING.sub(lambda found: found[0] if found[1] in unknown else "", event.reason).strip()


def lines_without_meaning(event: HookEvent) -> list[PurchaseLine]:
    """Lines of its order that no mapping knows; those of a test order, too, which are never placed."""
    if event.purchase is None:
        return []
    lines = unexplained().filter(purchase=event.purchase).select_related("purchase")
    return list(lines.defer("sealed_code")[:MOST_LINES])


def unexplained() -> QuerySet[PurchaseLine]:
    """Lines that are not placed, and of which no mapping says what they were when they were ordered."""
    at = OuterRef("purchase__ordered_at")
    known = Mapping.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=at),
        Q(valid_until=None) | Q(valid_until__gt=at),
        store=OuterRef("purchase__store"),
        product_ref=OuterRef("product_ref"),
        variant=OuterRef("variant"),
        items__isnull=False,
    )
    return PurchaseLine.objects.filter(~Exists(known), placed_at=None)
