"""What may need a person now: each line of the first page with its rows, and the list that shows exactly these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Model, QuerySet
from django.urls import reverse

from config.health import LAG_ALARM
from config.staff import approvals
from config.staff.models import Approval
from licensing.console.address_cases import to_look_at
from licensing.console.cells import list_of
from licensing.console.heard import silent
from licensing.console.lately import unread_files
from licensing.console.told_events import given_up, switched_off
from licensing.intake.hooks.events import FOR_A_PERSON
from licensing.keys.waiting import waiting_lately
from licensing.models import (
    Case,
    CaseKind,
    Connection,
    Delivery,
    Endpoint,
    HookEvent,
    ImportRun,
    License,
    PurchaseLine,
)
from recovery.admin.api_key_filters import ending_soon
from recovery.admin.mail_filters import failed, late
from recovery.models import ApiKey, DomainPause, Exchange, ExchangeState, Message, OwnerChange
from recovery.owners.told import nobody_told

ENOUGH: Final = 100  # a number beyond this says no more to a person, and would be counted row by row
AT: Final = "waits_since"


@dataclass(frozen=True)
class Line:
    """`rows` are what waits at a moment, `since` when each began to wait (or will end, where that is to come), `by` an
    order in which an index gives the oldest first. `pressing`: somebody does not get their mail."""

    one: str
    many: str
    model: type[Model]
    rows: Callable[[datetime], QuerySet[Any]]
    since: str
    filters: dict[str, str] = field(default_factory=dict)
    by: str = "pk"
    page: str = ""  # where it is not the list of these rows
    pressing: bool = False

    @property
    def permission(self) -> str:
        return f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"

    @property
    def address(self) -> str:
        return reverse(self.page) if self.page else list_of(self.model, **self.filters)

    def oldest(self, now: datetime) -> QuerySet[Any, Any]:
        """When the first of them began to wait, of no more of them than are counted."""
        rows: QuerySet[Any, Any] = self.rows(now).order_by(self.by).annotate(**{AT: F(self.since)})
        return rows.values_list(AT)[: ENOUGH + 1]


def of_kind(kind: CaseKind, one: str, many: str) -> Line:
    """Open cases of that kind."""
    return Line(
        one,
        many,
        Case,
        lambda now: Case.objects.filter(kind=kind, closed_at=None),
        "opened_at",
        {"open": "yes", "kind": kind.value},
    )


def moves(state: ExchangeState, one: str, many: str, *, pressing: bool = False) -> Line:
    return Line(
        one,
        many,
        Exchange,
        lambda now: Exchange.objects.filter(state=state),
        "asked_at",
        {"state__exact": state.value},
        pressing=pressing,
    )


LINES: Final = (
    Line(
        "mail is late: nobody has tried to send it",
        "mails are late: nobody has tried to send them",
        Message,
        lambda now: late(now=now, by=LAG_ALARM),
        "due_at",
        {"due": "late"},
        by="due_at",
        pressing=True,
    ),
    Line(
        "receiving domain to which mail is paused",
        "receiving domains to which mail is paused",
        DomainPause,
        lambda now: DomainPause.objects.filter(until__gt=now),
        "created_at",
        {"paused": "yes"},
        pressing=True,
    ),
    Line(
        "deed that a second person has to approve",
        "deeds that a second person has to approve",
        Approval,
        lambda now: approvals.waiting(),
        "asked_at",
        page="admin:approvals",
    ),
    moves(ExchangeState.ASKED, "move to decide", "moves to decide"),
    Line(
        "change of address or owner to decide",
        "changes of address or owner to decide",
        OwnerChange,
        lambda now: OwnerChange.objects.undecided(),
        "asked_at",
        {"awaits": "support"},
    ),
    Line(
        "change of owner that somebody objected to: its keys reach nobody",
        "changes of owner that somebody objected to: their keys reach nobody",
        OwnerChange,
        lambda now: OwnerChange.objects.exclude(frozen_at=None),
        "frozen_at",
        {"objected": "yes"},
        by="frozen_at",
        pressing=True,
    ),
    Line(
        "change of owner of which nobody could be told, or whose mistyped address is read: a lead decides",
        "changes of owner of which nobody could be told, or whose mistyped address is read: a lead decides",
        OwnerChange,
        lambda now: nobody_told(),
        "decided_at",
        {"told": "nobody"},
    ),
    Line(
        "approved change of owner that was stopped by somebody, or overtaken: look",
        "approved changes of owner that were stopped by somebody, or overtaken: look",
        Case,
        lambda now: to_look_at(),
        "opened_at",
        {"change": "ended"},
    ),
    of_kind(
        CaseKind.CONTRADICTION,
        "order that contradicts what is on file",
        "orders that contradict what is on file",
    ),
    of_kind(CaseKind.KEY_OWNED, "code that came with a second order", "codes that came with a second order"),
    of_kind(CaseKind.GENERATOR, "generator gave no key", "times that a generator gave no key"),
    of_kind(CaseKind.SAME_ORDER, "order that two shops seem to tell", "orders that two shops seem to tell"),
    of_kind(CaseKind.SAME_PERSON, "person who may be on file twice", "people who may be on file twice"),
    Line(
        "line of an order without a mapping",
        "lines of orders without a mapping",
        PurchaseLine,
        lambda now: PurchaseLine.objects.unplaced(),
        "purchase__recorded_at",
        {"placed": "no"},
    ),
    Line(
        "license that waits for a key: its customer reads that none is there",
        "licenses that wait for a key: their customers read that none is there",
        License,
        lambda now: waiting_lately(now=now),
        "line__purchase__recorded_at",
        {"key": "none"},
        pressing=True,
    ),
    moves(ExchangeState.WAITING, "move that waits for a key", "moves that wait for a key"),
    Line(
        "notification of a shop that needs a person",
        "notifications of shops that need a person",
        HookEvent,
        lambda now: HookEvent.objects.filter(state__in=FOR_A_PERSON, test=False),
        "received_at",
        {"state": "person"},
    ),
    Line(
        "shop not heard from for a week",
        "shops not heard from for a week",
        Connection,
        lambda now: silent(now=now),
        "heard_at",
        {"heard": "silent"},
        by="heard_at",
    ),
    Line(
        "endpoint that is not told of events any more: it failed",
        "endpoints that are not told of events any more: they failed",
        Endpoint,
        lambda now: switched_off(),
        "disabled_at",
        {"off": "failed"},
        by="disabled_at",
    ),
    Line(
        "event that an endpoint did not take, of the last 7 days",
        "events that endpoints did not take, of the last 7 days",
        Delivery,
        lambda now: given_up(now=now),
        "created_at",
        {"state": "lately"},
    ),
    Line(
        "API key that ends within 14 days: make its system another one",
        "API keys that end within 14 days: make their systems others",
        ApiKey,
        lambda now: ending_soon(now=now),
        "expires_at",
        {"ends": "soon"},
        by="expires_at",
    ),
    Line(
        "file that could not be read, of the last 7 days",
        "files that could not be read, of the last 7 days",
        ImportRun,
        lambda now: unread_files(now=now),
        "started_at",
        {"unread": "yes"},
    ),
    Line(
        "mail that was refused, of the last 7 days",
        "mails that were refused, of the last 7 days",
        Message,
        lambda now: failed(now=now),
        "created_at",
        {"failed": "lately"},
    ),
)
