"""What would become of a file's first rows, for a person to look at before anything is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from licensing.intake.record import LateCodes, PaymentNews, PurchaseRecord, Told
from licensing.models import RowOutcome

MOST_SAMPLES: Final = 50
NAMED: Final = 3  # lines of one order


def sample(number: int, told: Told, outcome: RowOutcome) -> dict[str, Any]:
    """One row without what must not be shown: addresses are masked, codes are only counted."""
    order, who, what = described(told)
    return {"row": number, "order": order, "who": who, "what": what, "outcome": outcome.value}


def described(told: Told) -> tuple[str, str, str]:
    """Order, person and content of what a row says."""
    if isinstance(told, PurchaseRecord):
        return told.reference, masked(told.owner.email), sold(told)
    order = told.names[0][1] if told.names else ""
    if isinstance(told, LateCodes):
        return order, "", f"{counted(len(told.codes), 'code')} for it"
    return order, "", paid(told)


def sold(told: PurchaseRecord) -> str:
    names = [
        " ".join(filter(None, (f"{line.quantity} ×", line.name or line.product_ref, line.variant)))
        for line in told.lines[:NAMED]
    ]
    rest = len(told.lines) - NAMED
    codes = sum(len(line.codes) for line in told.lines)
    notes = [f"and {rest} more"] if rest > 0 else []
    notes += [counted(codes, "code")] if codes else []
    notes += ["not paid"] if not told.payment.paid else []
    notes += ["test order"] if told.test else []
    return ", ".join([*names, *notes])


def paid(told: PaymentNews) -> str:
    payment = told.payment
    words = {
        "money back": payment.refunded,
        "disputed": payment.tells_of_a_dispute,
        "dispute won": payment.tells_of_a_win,
    }
    return ", ".join(word for word, is_so in words.items() if is_so) or "payment"


def counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def masked(address: str) -> str:
    """`a…@example.com`: enough to recognise whom one knows, too little to write to."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if domain else ""


def first_rows(samples: Iterable[dict[str, Any]], rejected: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Both kinds in the order of the file, as many as are shown."""
    return sorted([*samples, *rejected], key=lambda each: int(each["row"]))[:MOST_SAMPLES]
