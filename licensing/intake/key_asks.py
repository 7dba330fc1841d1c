"""Requests for keys as rows: one for each line of an order, held while it is answered, counted where there is a cap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from licensing.intake.key_answers import Answer
from licensing.intake.shop import KeyRequest
from licensing.models import (
    Connection,
    Customer,
    Edition,
    EmailAddress,
    KeyAsk,
    KeyAskState,
    KeyAssignment,
    License,
    Purchase,
    PurchaseLine,
)
from licensing.models.sales import SPOILT

DAY: Final = timedelta(hours=24)
REFUSALS_KEPT: Final = 50  # in 24 hours, of requests that came to nothing: whoever forges them fills no table
SETTLED: Final = (KeyAskState.ANSWERED, KeyAskState.MAILED)  # nothing that is asked later changes it


def identity(connection: Connection, request: KeyRequest) -> dict[str, Any]:
    told = request.record
    return {"connection": connection, "order": told.reference, "line": request.line, "test": told.test}


def new(connection: Connection, request: KeyRequest, reason: str = "", *, now: datetime) -> KeyAsk:
    """Unsaved, and refused until it is settled."""
    return KeyAsk(
        **identity(connection, request),
        units=request.record.lines[0].quantity,
        state=KeyAskState.REFUSED,
        reason=reason,
        asked_at=now,
    )


def held(connection: Connection, request: KeyRequest, *, now: datetime) -> KeyAsk:
    """The request's row, made if it is the first of its kind, and locked: ten at once are answered one by one."""
    KeyAsk.objects.bulk_create([new(connection, request, now=now)], ignore_conflicts=True)
    return KeyAsk.objects.select_for_update().get(**identity(connection, request))


def settle(ask: KeyAsk, answer: Answer, *, now: datetime) -> None:
    """Write down what became of it. One that was refused counts as asked when it is not refused any more."""
    if ask.state in SETTLED:
        return
    if ask.state == KeyAskState.REFUSED:
        ask.asked_at = now
    ask.state, ask.reason = answer.state, answer.reason
    ask.answered_at = now if answer.codes else None
    ask.save(update_fields=["state", "reason", "asked_at", "answered_at", "purchase_line"])


def is_beyond_cap(connection: Connection, request: KeyRequest, *, now: datetime) -> bool:
    """Whether these keys are more than the connection may ask for in 24 hours. One that it was given counts once.

    The connection's row stays locked, so that of many at once each sees those before it.
    """
    cap = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk).keys_per_day
    granted = KeyAsk.objects.exclude(state=KeyAskState.REFUSED)
    if granted.filter(**identity(connection, request)).exists():
        return False
    used = lately(connection, now=now).filter(test=False).exclude(state=KeyAskState.REFUSED)
    return (used.aggregate(keys=Sum("units"))["keys"] or 0) + request.record.lines[0].quantity > cap


def note_refusal(connection: Connection, request: KeyRequest, reason: str, *, now: datetime) -> None:
    """For support to see, as long as there are not too many; a request that is on file stays as it is."""
    refused = lately(connection, now=now).filter(state=KeyAskState.REFUSED, purchase_line=None)
    if refused.order_by()[:REFUSALS_KEPT].count() < REFUSALS_KEPT:
        KeyAsk.objects.bulk_create([new(connection, request, reason, now=now)], ignore_conflicts=True)


def lately(connection: Connection, *, now: datetime) -> QuerySet[KeyAsk]:
    return KeyAsk.objects.filter(connection=connection, asked_at__gt=now - DAY)


def waited_for() -> QuerySet[Edition]:
    """The editions of which a key was promised and is not there yet."""
    promised = KeyAsk.objects.filter(state=KeyAskState.PROMISED, test=False)
    renewing = promised.exclude(purchase_line__subscription_ref="").values("purchase_line__subscription_ref")
    waiting = License.objects.filter(~Exists(serving()))
    sold = waiting.filter(line__in=promised.values("purchase_line"))
    renewed = waiting.exclude(subscription_ref="").filter(subscription_ref__in=renewing)
    either = Q(pk__in=sold.values("edition")) | Q(pk__in=renewed.values("edition"))
    return Edition.objects.filter(either).select_related("product")


def fulfilled(*, now: datetime) -> QuerySet[KeyAsk]:
    """Promises that can be kept: every license of the line that lasts has its key, its order is paid for and
    confirmed, and somebody with a mailbox owns it."""
    orders = Purchase.objects.filter(pk=OuterRef("purchase_line__purchase")).exclude(SPOILT)
    return KeyAsk.objects.filter(
        Exists(orders.filter(confirmed_at__isnull=False, paid_at__isnull=False)),
        either_way("purchase_line", lambda units: is_served(units, now=now)),
        state=KeyAskState.PROMISED,
        test=False,
    )


def is_served(units: QuerySet[License], *, now: datetime) -> Q:
    """Whether somebody owns some of them that last, and all that last have a key."""
    lasting = units.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    mailbox = EmailAddress.objects.current().filter(customer=OuterRef("owner"))
    return Q(Exists(lasting.filter(Exists(mailbox)))) & ~Q(Exists(lasting.filter(~Exists(serving()))))


def either_way(line: str, holds: Callable[[QuerySet[License]], Q]) -> Q:
    """That this holds of the licenses of the row's `line`: those that hang on it, or, where it begins or renews a
    subscription, that subscription's of the same receiver. Asked for apart, so that each finds its index."""
    counting = License.objects.filter(revoked_at=None, refunded_at=None)
    sold = counting.filter(line=OuterRef(line))
    renewed = counting.exclude(subscription_ref="").filter(
        subscription_ref=OuterRef(f"{line}__subscription_ref"),
        line__receiver=OuterRef(f"{line}__receiver"),
        line__purchase__store=OuterRef(f"{line}__purchase__store"),
    )
    once = Q(**{f"{line}__subscription_ref": ""})
    return (once & holds(sold)) | (~once & holds(renewed))


def units_of(line: PurchaseLine) -> QuerySet[License]:
    """The same of one line."""
    counting = License.objects.filter(revoked_at=None, refunded_at=None)
    if not line.subscription_ref:
        return counting.filter(line=line)
    return counting.filter(
        subscription_ref=line.subscription_ref,
        line__receiver=line.receiver_id,
        line__purchase__store=line.purchase.store_id,
    )


def owners(ask: KeyAsk) -> QuerySet[Customer]:
    """Whose the licenses of that line are, with a mailbox to write to."""
    if ask.purchase_line is None:
        return Customer.objects.none()
    theirs = units_of(ask.purchase_line)
    mailbox = EmailAddress.objects.current().filter(customer=OuterRef("pk"))
    return Customer.objects.filter(Exists(mailbox), pk__in=theirs.values("owner")).order_by("id")


def serving() -> QuerySet[KeyAssignment]:
    return KeyAssignment.objects.open().filter(license=OuterRef("pk"))
