"""What became of the requests of a day, as far as we can know it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing.models import AuditEntry, Case, CaseKind, EmailAddress
from recovery.figures.days import SUPPORT_HAS, made_on
from recovery.models import (
    Exchange,
    Figure,
    Message,
    MessageKind,
    MessageState,
    Origin,
    OwnerChange,
    RecoveryRequest,
)

BY_CUSTOMERS = (Origin.PAGE, Origin.LINK)  # for keys: on the page, in an app, from a mail of ours
NOT_A_PERSON = ("", "command")  # of the audit trail's `by`: the customer, and manage.py
LOOKS = ("page.looked", "page.refused", "search.made", "owner_change.compared", "api.called", "api.refused")
FOR_SUPPORT = (
    CaseKind.EXCHANGE,
    CaseKind.ADDRESS,
)  # opened by what a customer asks, not by what a shop tells


def requests_of(day: date) -> dict[str, int]:
    """How many customers made, how many were proved, and how many of those were served without support."""
    asked = made_on(RecoveryRequest.objects.filter(origin__in=BY_CUSTOMERS), day)
    proved = asked.filter(verified_at__isnull=False)
    alone = proved.filter(Exists(keys_accepted()), ~Exists(support_had_to_do()))
    counts = {Figure.REQUESTS: asked, Figure.PROVED: proved, Figure.ALONE: alone}
    return {figure.value: rows.count() for figure, rows in counts.items()}


def keys_accepted() -> QuerySet[Message]:
    return Message.objects.filter(request=OuterRef("pk"), kind=MessageKind.KEYS, state=MessageState.ACCEPTED)


def support_had_to_do() -> QuerySet[EmailAddress]:
    """The mailbox of a request, if in the days after it support did something for its customer, or was asked to. A look
    is neither."""
    begin = OuterRef(OuterRef("created_at"))
    end = begin + SUPPORT_HAS
    its = OuterRef("customer")
    told = AuditEntry.objects.filter(customer=its, at__gte=begin, at__lt=end)
    deeds = told.exclude(by__in=NOT_A_PERSON).exclude(action__in=LOOKS)
    cases = Case.objects.filter(customer=its, kind__in=FOR_SUPPORT, opened_at__gte=begin, opened_at__lt=end)
    moves = Exchange.objects.filter(by_support(begin, end), license__owner=its)
    changes = OwnerChange.objects.filter(customer=its, asked_at__gte=begin, asked_at__lt=end)
    return EmailAddress.objects.filter(
        Exists(deeds) | Exists(cases) | Exists(moves) | Exists(changes), canonical=OuterRef("address")
    )


def by_support(begin: Any, end: Any) -> Q:
    """Moves that support made, decided or took back within that time."""
    did = ~Q(by="")
    within = Q()
    for moment in ("asked_at", "completed_at", "ended_at"):
        within |= Q(**{f"{moment}__gte": begin, f"{moment}__lt": end})
    return did & within | ~Q(undone_by="") & Q(undone_at__gte=begin, undone_at__lt=end)
