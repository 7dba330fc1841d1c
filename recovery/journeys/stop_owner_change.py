""" "This was not me", from a mail that told of a change of owner: it is stopped, or, once in effect, frozen."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.db.models.functions import Now

from licensing.audit.trail import record
from licensing.models import EmailAddress
from recovery.errors import Used
from recovery.limits import address_digest
from recovery.models import ChangeState, Ended, OwnerChange
from recovery.owners.concerned import lock_customers
from recovery.owners.ending import open_case, stop
from recovery.owners.notices import tell_all
from recovery.owners.undoing import UNDO_LIFE, freeze, stood
from recovery.tokens import InvalidToken, check_token, row_named_by

PURPOSE = "stop-change"


def check(token: str) -> OwnerChange:
    """The change that the token stops; changes nothing. Raises `InvalidToken`, and `Used` where there is nothing to
    stop any more."""
    change = OwnerChange.objects.filter(pk=row_named_by(token)).first()
    if change is None:
        raise InvalidToken
    mailbox_of(token, change)
    if change.state != ChangeState.WAITING and not may_be_frozen(change):
        raise Used
    return change


def mailbox_of(token: str, change: OwnerChange) -> str:
    """Whose link it is (canonical); empty for a link of the time when all had the same. Raises `InvalidToken`."""
    told = EmailAddress.objects.filter(
        customer__in=[each for each in (change.customer_id, change.other_id) if each]
    )
    known = {
        address_digest(each): each for each in [*told.values_list("canonical", flat=True), change.new_address]
    }
    for box, canonical in {**known, b"": ""}.items():
        with suppress(InvalidToken):
            check_token(PURPOSE, token, box)
            return canonical
    raise InvalidToken


def may_be_frozen(change: OwnerChange) -> bool:
    """In effect since less than 30 days, by the database's clock, and not let stand by support after an objection.

    Else whoever reads a mailbox that was given up could keep the owner from their keys again and again.
    """
    if stood(change):
        return False
    done = OwnerChange.objects.filter(pk=change.pk, state=ChangeState.DONE)
    return done.filter(done_at__gt=Now() - UNDO_LIFE).exists()


def object_to(token: str) -> None:
    """A waiting change is stopped for good. One in effect is frozen: its keys reach nobody, and support decides.

    However often it is pressed, it happens once. Raises as `check`.
    """
    change = check(token)
    with transaction.atomic():
        lock_customers(change.customer_id, change.other_id)
        list(OwnerChange.objects.filter(pk=change.pk).select_for_update().values_list("pk"))
        change = OwnerChange.objects.select_related("customer", "other", "request").get(pk=change.pk)
        if change.state == ChangeState.WAITING:
            stop(change, Ended.NOT_ME)
            open_case(change, word="stopped", mailbox=mailbox_of(token, change))
        elif may_be_frozen(change):
            disputed(change, by=mailbox_of(token, change))
        else:
            raise Used


def disputed(change: OwnerChange, *, by: str) -> None:
    """Frozen, once: a second press finds it so."""
    if change.frozen_at is not None:
        return
    told_by_now = OwnerChange.objects.filter(pk=change.pk).values_list(Now(), flat=True).get()
    freeze(change, now=told_by_now)
    change.save(update_fields=["moved", "frozen_at"])
    record("owner_change.disputed", by="", customer=change.customer_id, row=change)
    open_case(change, word="disputed", mailbox=by)
    tell_all(change, step="disputed")
