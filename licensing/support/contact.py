"""What of a customer's contact data support changed, told to the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licensing.audit.trail import record
from licensing.models import Customer


def note_correction(customer: Customer, *, before: Mapping[str, Any], by: str) -> None:
    """Record each detail that is another now. Call it in the transaction that saved them."""
    changed = {
        name: {"before": str(value), "after": str(getattr(customer, name))}
        for name, value in before.items()
        if value != getattr(customer, name)
    }
    if changed:
        record("customer.corrected", by=by, customer=customer.pk, row=customer, details=changed)
