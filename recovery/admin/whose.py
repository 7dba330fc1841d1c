"""Whose request it was: known by the address that was typed, if it is on file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from licensing.console.cells import follow
from licensing.console.pages import ReadOnly
from licensing.models import EmailAddress
from recovery.models import RecoveryRequest


class OfRequest(ReadOnly):
    """`request_path`: from a row to its request; empty for a request itself."""

    request_path = ""

    def about_whom(self, row: Any) -> UUID | None:
        request: RecoveryRequest | None = follow(row, self.request_path) if self.request_path else row
        if request is None or not request.address:
            return None
        known = EmailAddress.objects.filter(canonical=request.address)
        return known.values_list("customer_id", flat=True).first()
