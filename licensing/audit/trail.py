"""Writing to the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from licensing.audit.chain import chain
from licensing.audit.occasion import present
from licensing.audit.sealing import key_name, sealed
from licensing.models import AuditEntry, AuditPending


def record(
    action: str,
    *,
    by: str,
    customer: UUID | None = None,
    row: Model | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """One entry, in the caller's transaction: it is there if, and only if, what it tells of is.

    `action`: a dotted slug, the thing first ("code.revealed"). `by`: the support login; empty for the customer,
    "command" for a command, "worker" for what came of itself. `customer`: whom it concerns; their key seals reason and
    details, so that erasing them takes these along. `details`: what JSON can say, before and after; never a code or
    another secret.
    """
    occasion = present()
    entry = AuditEntry(
        by=by,
        action=action,
        customer=customer,
        model=row._meta.label_lower if row is not None else "",
        row=str(row.pk) if row is not None else "",
        key=key_name(customer, now=timezone.now()),
    )
    said = {"reason": reason, "where": occasion.where, "details": dict(details or {})}
    with transaction.atomic():
        entry.sealed = sealed(said, entry=entry.pk, key=entry.key)
        entry.save(force_insert=True)
        AuditPending.objects.bulk_create([AuditPending(entry=entry)])
    occasion.recorded, occasion.last = occasion.recorded + 1, entry.pk
    transaction.on_commit(lambda: chain(), robust=True)
    return entry
