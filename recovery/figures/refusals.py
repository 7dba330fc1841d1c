"""What was turned down, and why: mails by receiving servers and by our limits, moves by the rules, shops' requests."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db.models import Case, CharField, Count, Q, Value, When

from licensing.models import KeyAsk, KeyAskState
from recovery.figures.days import made_on
from recovery.models import Exchange, ExchangeKind, Message, MessageState, Withheld
from recovery.policy import Verdict

# Which words of a server, or of ours, mean what; the first that fits.
SERVERS_WORDS: Final = {
    "gone": r"^5\d\d[ -]5\.1\.[0-69]|^refused earlier",
    "full": r"^5\d\d[ -]5\.2\.",
    "late": r"^given up|^the end of the attempt|^4\d\d",
}
BLOCKED: Final = "blocked"


def refusals_of(day: date) -> dict[str, int]:
    """`mail gone`, `limit mailbox`, `move too_many`, `shop` -> how many that day, by when they began."""
    return {**mails_refused(day), **mails_withheld(day), **moves_refused(day), **asks_refused(day)}


def mails_refused(day: date) -> dict[str, int]:
    why = Case(
        *[When(reply__regex=words, then=Value(why)) for why, words in SERVERS_WORDS.items()],
        default=Value(BLOCKED),
        output_field=CharField(),
    )
    refused = made_on(Message.objects.filter(state=MessageState.REFUSED), day).annotate(why=why)
    return {f"mail {why}": count for why, count in refused.values_list("why").annotate(Count("pk"))}


def mails_withheld(day: date) -> dict[str, int]:
    """Those that nobody wanted any more were not refused."""
    kept = Message.objects.filter(~Q(withheld_because=Withheld.OVERTAKEN), state=MessageState.WITHHELD)
    rows = made_on(kept, day).values_list("withheld_because").annotate(Count("pk"))
    return {f"limit {because}": count for because, count in rows}


def moves_refused(day: date) -> dict[str, int]:
    """Moves that the product's rules did not allow by themselves, whatever support said to them then."""
    asked = Exchange.objects.filter(kind=ExchangeKind.MOVE, policy__verdict=Verdict.NEEDS_SUPPORT.value)
    rows = made_on(asked, day, at="asked_at").values_list("policy__rule").annotate(Count("pk"))
    return {f"move {rule}": count for rule, count in rows}


def asks_refused(day: date) -> dict[str, int]:
    """Requests for keys that shops made and that were refused."""
    count = made_on(KeyAsk.objects.filter(state=KeyAskState.REFUSED), day, at="asked_at").count()
    return {"shop": count} if count else {}
