"""What support decides about a change of owner: approve, decline, shorten, confirm, stop, undo, or let it stand.

`by` is the login. Who may do what is asked where it is pressed; here, what is possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from licensing.audit.trail import record
from licensing.models import Customer, EmailAddress
from licensing.outgoing.kinds import CLAIM_DECIDED
from licensing.outgoing.tell import tell
from recovery.errors import AddressTaken, CannotUndo, NotPossible, NotRunning
from recovery.models import ChangeState, Ended, OwnerChange
from recovery.owners.approval import begin_waiting
from recovery.owners.concerned import (
    current_addresses,
    lock_customers,
    refuse_beside_another,
    refuse_if_owner_reads,
)
from recovery.owners.ending import close_cases, end, stop
from recovery.owners.events import tell_of_change
from recovery.owners.mistyped import chosen_addresses
from recovery.owners.notices import sides, tell_all, tell_new
from recovery.owners.told import nobody_told
from recovery.owners.undoing import may_be_undone, put_back, thaw
from recovery.reasons import needed


def approve(
    change_id: UUID,
    *,
    customer: UUID,
    retired: Sequence[UUID],
    mistyped: Sequence[UUID] = (),
    lead: bool = False,
    by: str,
    reason: str,
) -> OwnerChange:
    """The claim is that customer's: those addresses of theirs are to give way to the new one, after the waiting period.

    `mistyped` of them were never theirs, see `owners/mistyped.py`; `lead`: it is a lead who says so.

    Raises `ReasonNeeded`, `NotRunning` (also where somebody else decided a moment ago), `AddressTaken`,
    `OwnerReadsIt` where an old mailbox was proved since the claim, `AlreadyChanging`, `NotPossible`.
    """
    needed(reason)
    with transaction.atomic():
        change = held(change_id, customer)
        refuse_what_cannot_be(change, customer, retired=retired, mistyped=mistyped)
        chosen = chosen_addresses(retired, mistyped, lead=lead)
        begin_waiting(change, customer=customer, chosen=chosen, decided_by=by, reason=reason.strip())
        told = {"new_address": change.new_address, **change.chosen}
        record("owner_change.approved", by=by, customer=customer, row=change, reason=reason, details=told)
        tell_of_decision(change, "approved")
    return change


def refuse_what_cannot_be(
    change: OwnerChange, customer: UUID, *, retired: Sequence[UUID], mistyped: Sequence[UUID]
) -> None:
    """Whether the claim is open still, and can be that customer's as they stand now. Raises as `approve`."""
    if change.state != ChangeState.OPEN:
        raise NotRunning
    if not Customer.objects.filter(pk=customer).exists():
        raise NotPossible("There is no such customer any more.")
    refuse_taken(change.new_address, customer)
    refuse_beside_another(customer, apart_from=change.pk)
    current = current_addresses(customer)
    own = [each for each in current if each.pk not in mistyped]
    refuse_if_owner_reads(own, since=change.asked_at)
    if not set(retired) <= {each.pk for each in current}:
        raise NotPossible("One of the old addresses is not a current one of this customer.")


def decline(change_id: UUID, *, by: str, reason: str) -> OwnerChange:
    """Nothing changes; who asked reads the reason in a mail. Raises `NotRunning`, `ReasonNeeded`."""
    needed(reason)
    with transaction.atomic():
        change = held(change_id)
        end(
            change,
            ChangeState.DECLINED,
            among=[ChangeState.OPEN],
            by=by,
            decided_by=by,
            decided_at=Now(),
            reason=reason.strip(),
        )
        record("owner_change.declined", by=by, customer=change.customer_id, row=change, reason=reason)
        tell_new(change, step="declined")
        tell_of_decision(change, "declined")
    return change


def tell_of_decision(change: OwnerChange, decision: str) -> None:
    facts = {"change": change.pk, "decision": decision, "customer": change.customer_id}
    tell(CLAIM_DECIDED, lambda: [{**facts, "effective_at": change.effective_at}])


def shorten(change_id: UUID, *, by: str, reason: str) -> OwnerChange:
    """It takes effect at once: the rest of the waiting period is waived. Raises `NotRunning`, `ReasonNeeded`."""
    needed(reason)
    with transaction.atomic():
        change = held(change_id)
        waiting = OwnerChange.objects.filter(pk=change.pk, state=ChangeState.WAITING, effective_at__gt=Now())
        facts = {"effective_at": Now(), "shortened_by": by, "shortened_reason": reason.strip()}
        before = change.effective_at
        if not waiting.update(**facts):
            raise NotRunning
        change.refresh_from_db()
        close_cases(change)
        details = {"before": str(before), "after": str(change.effective_at)}
        record(
            "owner_change.shortened",
            by=by,
            customer=change.customer_id,
            row=change,
            reason=reason,
            details=details,
        )
    return change


def confirm(change_id: UUID, *, by: str, reason: str) -> OwnerChange:
    """It takes effect when its time has come, although nobody could be told. Raises `NotRunning` where somebody was,
    or a notice is still on its way, and `ReasonNeeded`."""
    needed(reason)
    with transaction.atomic():
        change = held(change_id)
        unheard = nobody_told().filter(pk=change.pk)
        if not unheard.update(confirmed_by=by, confirmed_reason=reason.strip()):
            raise NotRunning
        change.refresh_from_db()
        close_cases(change)
        record("owner_change.confirmed", by=by, customer=change.customer_id, row=change, reason=reason)
    return change


def stop_for(change_id: UUID, *, by: str, reason: str) -> OwnerChange:
    """Support stops it before it takes effect. Raises `NotRunning`, `ReasonNeeded`."""
    needed(reason)
    with transaction.atomic():
        change = held(change_id)
        stop(change, Ended.SUPPORT, by=by, reason=reason)
    return change


def undo(change_id: UUID, *, by: str, reason: str) -> OwnerChange:
    """Everything that it changed goes back as it was; what happened since on its own stays.

    Raises `ReasonNeeded`, and `CannotUndo` where it is not in effect, longer than 30 days ago, or where another change
    was done on top of it. What is running of the same customers is stopped.
    """
    needed(reason)
    with transaction.atomic():
        change = held(change_id)
        if not may_be_undone(change):
            raise CannotUndo
        told = sides(change)
        put_back(change)
        change.frozen_at = None
        change.save(update_fields=["frozen_at"])
        end(change, ChangeState.UNDONE, among=[ChangeState.DONE], because=Ended.SUPPORT, by=by)
        stop_what_was_built_on(change)
        record("owner_change.undone", by=by, customer=change.customer_id, row=change, reason=reason)
        now = sides(change)
        tell_all(change, step="undone", sides_before={side: [*told[side], *now[side]] for side in told})
        tell_of_change(change, undone=True)
    return change


def stop_what_was_built_on(change: OwnerChange) -> None:
    """Whose it is again was not told of what has been begun since with what somebody else had."""
    ids = [each for each in (change.customer_id, change.other_id) if each]
    for later in (
        OwnerChange.objects.running().concerning(*ids).select_related("customer", "other", "request")
    ):
        with suppress(NotRunning):  # it ended at this moment
            stop(later, Ended.OVERTAKEN)


def let_stand(change_id: UUID, *, by: str, reason: str) -> OwnerChange:
    """It was objected to, and is right after all: keys go where they went before that. Raises `NotRunning`."""
    needed(reason)
    with transaction.atomic():
        change = held(change_id)
        if change.frozen_at is None:
            raise NotRunning
        thaw(change)
        change.save(update_fields=["moved", "frozen_at"])
        close_cases(change)
        record("owner_change.stands", by=by, customer=change.customer_id, row=change, reason=reason)
        tell_all(change, step="stands")
    return change


def held(change_id: UUID, *more: UUID) -> OwnerChange:
    """The change, and whom it concerns, until the transaction ends. Raises `NotRunning` where there is none."""
    seen = OwnerChange.objects.filter(pk=change_id).values_list("customer", "other").first()
    lock_customers(*(seen or ()), *more)
    # What is read next was written before the locks were had.
    list(OwnerChange.objects.filter(pk=change_id).select_for_update().values_list("pk"))
    change = OwnerChange.objects.select_related("customer", "other", "request").filter(pk=change_id).first()
    if change is None:
        raise NotRunning
    return change


def refuse_taken(address: str, customer: UUID) -> None:
    if EmailAddress.objects.filter(canonical=address).exclude(customer=customer).exists():
        raise AddressTaken
