"""A request that nobody made on the pages, so that a mail to an address on file has one; no browser can use it."""

from __future__ import annotations

from uuid import UUID

from licensing.models import EmailAddress
from licensing.models.base import uuid7
from recovery.limits import address_digest
from recovery.models import Origin, RecoveryRequest
from recovery.tokens import digest_of, new_browser_secret


def unasked(address: EmailAddress, *, origin: Origin, request_id: UUID | None = None) -> RecoveryRequest:
    """The request, stored. `request_id`: the id it is to have, where a repeated press must not make a second one."""
    return RecoveryRequest.objects.create(
        id=request_id or uuid7(),
        address=address.canonical,
        mailbox=address_digest(address.canonical),
        network=b"",
        browser_digest=digest_of(new_browser_secret()),
        origin=origin,
        language=address.customer.language,
    )
