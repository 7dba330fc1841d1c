"""What was told by somebody who cannot be told from a stranger (threats.md, row 52), beside what is known for sure.

It changes nothing that is on file. What is on file for no better reason gives way to the first word that can be
trusted, wholly: a stranger's guess never stands against the shop's own record, nor has a person look at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from licensing.intake.by_line import agrees
from licensing.intake.news import would_be_news
from licensing.intake.record import PurchaseRecord
from licensing.models import Purchase, RowOutcome


def heard(told: PurchaseRecord, purchase: Purchase, *, now: datetime) -> RowOutcome:
    """Whether what nobody confirmed says something of the order that is not on file; nothing is learned from it."""
    if agrees(purchase, told) and not would_be_news(purchase, told.payment, now=now):
        return RowOutcome.UNCHANGED
    return RowOutcome.UNCONFIRMED


def give_way(purchases: Iterable[Purchase]) -> None:
    """Take orders off the file that nobody confirmed, with all that was told of them."""
    doubtful = [purchase.pk for purchase in purchases]
    if doubtful:
        Purchase.objects.filter(same_as__in=doubtful).update(same_as=None)
        Purchase.objects.filter(pk__in=doubtful, confirmed_at=None).delete()
