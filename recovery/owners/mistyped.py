"""An old address that was never the customer's, but a typing error: it may be a stranger's mailbox. While the change
waits it proves nothing, and who reads it is told the truth: support looks at this first.

That is more than a change without the tick may do (threats.md row 53), so the change then needs a lead's word as soon
as somebody proves the mailbox, and from the beginning where somebody ever did: then it is no typing error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from licensing.models import EmailAddress
from recovery.errors import NotPossible
from recovery.limits import address_digest
from recovery.mistyped import BY_LEAD, MISTYPED, NOT_READ, READ
from recovery.models import ChangeState, OwnerChange, RecoveryRequest
from recovery.owners.handover import addresses


def chosen_addresses(retired: Sequence[UUID], mistyped: Sequence[UUID], *, lead: bool) -> dict[str, Any]:
    """A change's `chosen`: which addresses give way, and which of them were never theirs. Raises `NotPossible` where
    one of the latter does not give way, or was proved before and it is not a lead who says it."""
    if not set(mistyped) <= set(retired):
        raise NotPossible("An address that was mistyped has to be among those that give way.")
    if not lead and any(was_proved(each) for each in addresses(mistyped)):
        raise NotPossible(
            "Somebody has proved that mailbox before, so it may be no typing error. A lead or an administrator can say "
            "so; or leave that tick out."
        )
    said_by = {BY_LEAD: True} if lead else {}
    never_theirs = {MISTYPED: [str(each) for each in mistyped], **said_by} if mistyped else {}
    return {"addresses": [str(each) for each in retired], **never_theirs}


def was_proved(address: EmailAddress) -> bool:
    """As far back as requests are kept."""
    return proof_of(address) is not None


def proof_of(address: EmailAddress) -> RecoveryRequest | None:
    """The last one."""
    asked = RecoveryRequest.objects.for_keys().filter(mailbox=address_digest(address.canonical))
    return asked.filter(verified_at__isnull=False).order_by("verified_at").last()


def unseen_proofs(change: OwnerChange) -> list[RecoveryRequest]:
    """Proofs that came at one moment with the approval, neither seeing the other, and that no lead has judged."""
    judged = BY_LEAD in change.chosen or READ in change.chosen or change.confirmed_by or change.shortened_by
    ids = [] if judged else change.chosen.get(MISTYPED, [])
    return [proof for each in addresses(ids) if (proof := proof_of(each))]


def set_aside(change: OwnerChange) -> None:
    """They prove nothing from now on. In the caller's transaction, once the notices are promised."""
    theirs = addresses(change.chosen.get(MISTYPED, [])).filter(customer=change.customer_id)
    theirs.filter(former_since=None).update(former_since=Now())


def put_in_place(change: OwnerChange) -> None:
    """They prove again what they proved before: the change ended, or is about to take effect as any other."""
    addresses(change.chosen.get(MISTYPED, [])).filter(customer=change.customer_id).update(former_since=None)


def note_that_it_is_read(change: OwnerChange) -> bool:
    """From now on it waits for a lead. Whether that is new. In the caller's transaction."""
    waiting = OwnerChange.objects.filter(NOT_READ, pk=change.pk, state=ChangeState.WAITING)
    return bool(waiting.update(chosen={**change.chosen, READ: True}))
