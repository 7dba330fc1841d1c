"""Endpoints are told that somebody gets the mail with their keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from licensing.models import EmailAddress, License
from licensing.outgoing.facts import license_of
from licensing.outgoing.kinds import RECOVERED
from licensing.outgoing.tell import tell
from recovery.models import RecoveryRequest

LISTED: Final = 100  # of a customer with more, the API tells the rest


def tell_of_recovery(request: RecoveryRequest, *, by: str) -> None:
    """In the transaction that promises the mail. Nothing where the mailbox is nobody's any more."""
    tell(RECOVERED, lambda: facts_of(request, by=by))


def facts_of(request: RecoveryRequest, *, by: str) -> Iterator[dict[str, Any]]:
    found = EmailAddress.objects.current().filter(canonical=request.address)
    customer = found.values_list("customer", flat=True).first()
    if customer is None:
        return
    owned = License.objects.filter(owner=customer).select_related("edition").order_by("pk")
    licenses = [license_of(each) for each in owned[: LISTED + 1]]
    listed = {"licenses": licenses[:LISTED], "more": len(licenses) > LISTED}
    yield {"request": request.pk, "customer": customer, "by": by, **listed}
