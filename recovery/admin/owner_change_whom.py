"""Whom support means by what it types: the customer of a claim with a typing error, or the other one of a merge."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode

from licensing.audit.trail import record
from licensing.console.cells import page_of
from licensing.console.search import can_be_stored, code_is, customers, orders, row_id
from licensing.models import Customer, RegistrationKey, with_addresses
from recovery.admin.owner_change_deeds import SETTLE
from recovery.models import OwnerChange
from recovery.owners.compare import MOST as COMPARED
from recovery.owners.compare import buyers, owners_of_keys

MOST: Final = 10


def who(typed: str) -> list[Customer]:
    """By an id, an address, a name, an order or an exact code, the newest first; a code is compared by its mark."""
    term = typed.strip() if can_be_stored(typed) else ""
    if not term:
        return []
    coded = set(RegistrationKey.objects.filter(code_is(term)).values_list("pk", flat=True))
    ids = set(row_id(term)) | customers(term) | buyers(orders(term)) | owners_of_keys(coded)
    return list(Customer.objects.filter(pk__in=ids).prefetch_related(with_addresses()).order_by("-pk")[:MOST])


def compare(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """On to the claim beside those that were found. What was typed may be an address or a code, and stands in no
    address of ours; their ids do."""
    if not request.user.has_perm(SETTLE):
        raise PermissionDenied
    change = OwnerChange.objects.filter(pk=change_id).first()
    if change is None:
        raise Http404
    found = who(request.POST.get("whom", ""))[:COMPARED]
    if not found:
        messages.error(request, "Nobody is found by that.")
    for each in found:
        by = request.user.get_username()
        record("owner_change.compared", by=by, customer=each.pk, row=change)
    return HttpResponseRedirect(
        f"{page_of(change)}?{urlencode({'with': [str(each.pk) for each in found]}, doseq=True)}"
    )
