"""Approved changes take effect when their waiting period is over; new mailboxes that nobody proves are given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from licensing.audit.trail import record
from recovery.mistyped import MISTYPED
from recovery.models import ChangeKind, ChangeState, Ended, OwnerChange, RecoveryRequest
from recovery.models.owner_changes import OwnerChangeQuerySet
from recovery.owners.concerned import current_addresses, lock_customers, proof_since
from recovery.owners.disputes import beside_a_dispute
from recovery.owners.effect import Overtaken, take_effect
from recovery.owners.ending import open_case, owner_proved, stop, stop_as_proved
from recovery.owners.events import tell_of_change
from recovery.owners.handover import everything_of, hand_over
from recovery.owners.mistyped import put_in_place, unseen_proofs
from recovery.owners.notices import sides, tell_all
from recovery.owners.told import may_take_effect, on_their_way, only_just_told

AT_ONCE: Final = 200  # in one run; the next run goes on
CLAIM_LIFE: Final = timedelta(days=1)
BEGUN_LIFE: Final = timedelta(days=7)  # support's: the customer may be away
STRAGGLERS: Final = timedelta(hours=1)  # the longest that an import's transaction may have been under way

log = structlog.get_logger(__name__)


def due() -> OwnerChangeQuerySet:
    """Those whose time has come by the database's clock, and of which everybody could know: no notice is still on its
    way, and none was handed over only just now, unless a lead shortened the wait. What nobody could be told of waits
    for the word of a lead. What somebody objected to holds up whatever else is to happen to the same customers."""
    ripe = OwnerChange.objects.filter(state=ChangeState.WAITING, effective_at__lte=Now())
    told = ripe.filter(~on_their_way()).filter(~Q(shortened_by="") | ~only_just_told())
    return told.filter(may_take_effect()).filter(~beside_a_dispute())


def take_effect_of_due() -> int:
    """Do what is due; how many. Any number of workers may run it at once, and be killed: each change is one
    transaction, and happens once."""
    return sum(
        tried(pk) for pk in list(due().order_by("effective_at").values_list("pk", flat=True)[:AT_ONCE])
    )


def tried(change_id: UUID) -> bool:
    """As `do`; one that cannot be done is logged, and holds up no other."""
    try:
        return do(change_id)
    except (
        OperationalError
    ) as error:  # somebody holds the customer just now, or the database is away: the next run
        log.warning("owner_change_put_off", change=str(change_id), error=type(error).__name__)
        return False
    except Exception:
        log.exception("owner_change_not_done", change=str(change_id))
        return False


def do(change_id: UUID) -> bool:
    """Whether it was this call that did it."""
    with transaction.atomic():
        seen = OwnerChange.objects.filter(pk=change_id).values_list("customer", "other").first()
        lock_customers(*(seen or ()), patient=False)
        now: datetime = OwnerChange.objects.filter(pk=change_id).values_list(Now(), flat=True).get()
        taken = due().filter(pk=change_id).update(state=ChangeState.DONE, done_at=now)
        if not taken:
            return False
        change = OwnerChange.objects.select_related("customer", "other", "request").get(pk=change_id)
        if held_by_proof(change):
            return False
        put_in_place(change)
        told = sides(change)
        try:
            with transaction.atomic():
                take_effect(change, now=now)
        except Overtaken:
            waits_again(change)
            stop(change, Ended.OVERTAKEN)
            open_case(change, word="overtaken")
            return False
        change.save(update_fields=["other", "moved"])
        record("owner_change.done", by="", customer=change.customer_id, row=change, details=counted(change))
        tell_all(change, step="done", sides_before=told)
        tell_of_change(change)
        return True


def held_by_proof(change: OwnerChange) -> bool:
    """Whether somebody proved an old mailbox: then it is stopped, or, at a mistyped one, waits for a lead."""
    unseen = unseen_proofs(change)
    proof = None if unseen else proof_by_owner(change)
    if unseen or proof:
        waits_again(change)
    for each in unseen:
        owner_proved(each)
    if proof:
        stop_as_proved(change, proof)
    return bool(unseen or proof)


def proof_by_owner(change: OwnerChange) -> RecoveryRequest | None:
    """What proved an old mailbox since the customer claimed that it is gone: the decision and that proof may have come
    at one moment, neither seeing the other."""
    if change.kind != ChangeKind.ADDRESS or change.asked_by:
        return None
    mistyped = change.chosen.get(MISTYPED, [])
    current = [each for each in current_addresses(change.customer_id) if str(each.pk) not in mistyped]
    old = [each for each in current if each.canonical != change.new_address]
    return proof_since(old, change.asked_at)


def waits_again(change: OwnerChange) -> None:
    """As before it was taken to be done, so that it can be stopped."""
    OwnerChange.objects.filter(pk=change.pk).update(state=ChangeState.WAITING, done_at=None)
    change.refresh_from_db()


def counted(change: OwnerChange) -> dict[str, object]:
    rows = {name: len(keys) for name, keys in change.moved.get("rows", {}).items()}
    return {"kind": change.kind, "decided_by": change.decided_by, "moved": rows}


def gather_stragglers() -> int:
    """What an import that was under way filed under a customer who was merged meanwhile goes where the rest went."""
    merged = OwnerChange.objects.filter(
        kind=ChangeKind.MERGE, state=ChangeState.DONE, frozen_at=None, done_at__gt=Now() - STRAGGLERS
    )
    return sum(gathered(pk) for pk in merged.values_list("pk", flat=True))


def gathered(change_id: UUID) -> int:
    with transaction.atomic():
        change = OwnerChange.objects.select_for_update().get(pk=change_id)
        if (
            change.state != ChangeState.DONE
            or change.frozen_at
            or not (change.customer_id and change.other_id)
        ):
            return 0
        late = hand_over(
            everything_of(change.customer_id), giver=change.customer_id, receiver=change.other_id
        )
        if late:
            rows = change.moved.get("rows", {})
            change.moved["rows"] = {
                name: [*rows.get(name, []), *late.get(name, [])] for name in {*rows, *late}
            }
            change.save(update_fields=["moved"])
        return sum(map(len, late.values()))


def give_up_unproven() -> None:
    """New mailboxes that nobody proved; what was typed about them goes at once."""
    unproven = OwnerChange.objects.filter(state=ChangeState.UNPROVEN)
    stale = Q(asked_by="", asked_at__lt=Now() - CLAIM_LIFE) | Q(asked_at__lt=Now() - BEGUN_LIFE)
    unproven.filter(stale).update(state=ChangeState.EXPIRED, ended_at=Now(), claimed=None)
