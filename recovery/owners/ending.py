"""What ends a change before its time. Each is one conditional update: of two that come at once, one does it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db.models.functions import Now

from licensing.audit.trail import record
from licensing.keys.sealed import vault
from licensing.models import Case, CaseKind, EmailAddress
from recovery.errors import NotRunning
from recovery.mail.outbox import alert
from recovery.mistyped import aside_among
from recovery.models import ChangeKind, ChangeState, Ended, OwnerChange, RecoveryRequest
from recovery.models.owner_changes import RUNNING
from recovery.owners.mistyped import note_that_it_is_read, put_in_place
from recovery.owners.notices import tell_all, tell_new


def end(
    change: OwnerChange,
    state: ChangeState,
    *,
    among: list[ChangeState],
    because: str = "",
    by: str = "",
    **facts: Any,
) -> None:
    """It will not take effect. Raises `NotRunning` where it is in none of those states any more."""
    running = OwnerChange.objects.filter(pk=change.pk, state__in=among)
    if not running.update(
        state=state, awaits_until=None, ended_at=Now(), ended_because=because, ended_by=by, **facts
    ):
        raise NotRunning
    change.refresh_from_db()
    close_cases(change)


def stop(change: OwnerChange, because: Ended, *, by: str = "", reason: str = "") -> None:
    """Stopped by somebody concerned, or by what has become of it; everybody who was told of it is told so.

    In the caller's transaction. Raises `NotRunning`.
    """
    was_approved = change.state == ChangeState.WAITING
    end(change, ChangeState.STOPPED, among=RUNNING, because=because, by=by)
    record(
        "owner_change.stopped",
        by=by,
        customer=change.customer_id,
        row=change,
        reason=reason,
        details={"because": because},
    )
    if was_approved:
        put_in_place(change)
        tell_all(change, step="stopped")
    elif change.new_address and because is Ended.SUPPORT:
        tell_new(change, step="stopped")


def owner_proved(request: RecoveryRequest) -> None:
    """Somebody proved this mailbox, in the caller's transaction: where it was to become a former one, it is alive, and
    the change of address ends (threats.md row 53)."""
    alive = OwnerChange.objects.filter(
        kind=ChangeKind.ADDRESS,
        state=ChangeState.WAITING,
        customer__addresses__canonical=request.address,
        customer__addresses__former_since=None,
    )
    for change in alive.select_related("customer", "other", "request"):
        if change.new_address != request.address:
            with suppress(NotRunning):  # it ended, or took effect, at this moment
                stop_as_proved(change, request)
    for address in aside_among([request.address]).values():
        mistyped_proved(address, request)


def mistyped_proved(address: EmailAddress, request: RecoveryRequest) -> None:
    """Somebody reads a mailbox that is said to be a typing error: the change goes on with a lead's word only."""
    waiting = OwnerChange.objects.filter(customer=address.customer_id, state=ChangeState.WAITING)
    for change in waiting.filter(kind=ChangeKind.ADDRESS):
        if note_that_it_is_read(change):
            open_case(change, word="mistyped", mailbox=request.address, request=str(request.pk))


def stop_as_proved(change: OwnerChange, request: RecoveryRequest | None) -> None:
    """An approved change stops, since that request proved an old mailbox, and support learns of it: who reads a mailbox
    that was mistyped may be a stranger. In the caller's transaction. Raises `NotRunning`."""
    stop(change, Ended.OWNER_PROVED)
    told = {"request": str(request.pk)} if request else {}
    open_case(change, word="proved", mailbox=request.address if request else "", **told)


def open_case(change: OwnerChange, *, word: str, mailbox: str = "", **told: str) -> None:
    """Into support's queue, with a mail that says so; `word` is the alert's. `mailbox` (canonical) is whose reader
    brought it about; the case names its row, so that no address outlives it there."""
    row = EmailAddress.objects.filter(canonical=mailbox).values_list("pk", flat=True).first()
    named = {"address": str(row)} if row else {}
    digests = vault().fingerprints(f"{change.pk} {word}", edition="owner-change")
    Case.objects.get_or_create(
        kind=CaseKind.ADDRESS,
        purchase=None,
        digest=digests[min(digests)],
        defaults={
            "customer_id": change.customer_id,
            "detail": {"owner_change": str(change.pk), "why": word, **named, **told},
        },
    )
    alert(f"{word} {change.pk}")


def close_cases(change: OwnerChange) -> None:
    of_it = Case.objects.filter(kind=CaseKind.ADDRESS, closed_at=None, detail__owner_change=str(change.pk))
    of_it.update(closed_at=Now())
