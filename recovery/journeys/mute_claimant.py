"""Support stops mails to whoever floods it with claims, and takes that back. No customer: these have their own page.

Who claims reads that mailbox, and is who it is to keep out. So nobody is told, and no mail carries a way back.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from licensing.audit.trail import record
from licensing.models import EmailAddress
from recovery.errors import NotPossible, NotRunning
from recovery.limits import address_digest
from recovery.mail.silence import silence
from recovery.models import Mute, OwnerChange, RecoveryRequest
from recovery.reasons import needed


def mute_claimant(change_id: UUID, *, by: str, reason: str) -> OwnerChange:
    """For 30 days nobody can prove the new mailbox of that claim, and no answer about its claims is mailed there.

    Raises `ReasonNeeded`; `NotRunning` where it is muted already, or the request that proved it is forgotten;
    `NotPossible` where it was never proved, or is a customer's.
    """
    needed(reason)
    with transaction.atomic():
        change, request = claim_with_proof(change_id)
        if EmailAddress.objects.filter(canonical=change.new_address).exists():
            raise NotPossible("The address is a customer’s: mails to it are stopped on their page.")
        if not silence(request, by=by):
            raise NotRunning
        mute = Mute.objects.get(mailbox=request.mailbox, lifted_at=None)
        told = {"address": change.new_address, "until": mute.until.isoformat()}
        record("mute.set", by=by, row=mute, reason=reason.strip(), details=told)
    return change


def lift_claimant_mute(change_id: UUID, *, by: str, reason: str) -> OwnerChange:
    """Mails go to the new mailbox of that claim again. Raises `ReasonNeeded`, and `NotRunning` where they do."""
    needed(reason)
    with transaction.atomic():
        change = OwnerChange.objects.get(pk=change_id)
        mute = Mute.objects.filter(mailbox=address_digest(change.new_address), lifted_at=None).first()
        if mute is None or not Mute.objects.filter(pk=mute.pk, lifted_at=None).update(lifted_at=Now()):
            raise NotRunning
        told = {"address": change.new_address}
        record("mute.lifted", by=by, row=mute, reason=reason.strip(), details=told)
    return change


def claim_with_proof(change_id: UUID) -> tuple[OwnerChange, RecoveryRequest]:
    """A customer's own claim, and the request that proved its new mailbox."""
    change = OwnerChange.objects.select_related("request").get(pk=change_id)
    if change.asked_by or not change.proved_at:
        raise NotPossible("Nobody who asked has proved that mailbox.")
    if change.request is None:
        raise NotRunning
    return change, change.request
