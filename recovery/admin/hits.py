"""What a search finds on this floor: requests by their address, and any row by its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, Value
from django.utils import timezone

from licensing.addresses import AddressError, canonical
from licensing.console.cells import page_of
from licensing.console.hits import Hit, Hits
from licensing.console.search import as_address, as_part
from licensing.console.terms import row_named
from licensing.models import (
    Customer,
    EmailAddress,
    HookEvent,
    KeyAsk,
    Purchase,
    PurchaseDispute,
    PurchaseLine,
    PurchaseReference,
    PurchaseRefund,
    RegistrationKey,
)
from recovery.limits import address_digest
from recovery.models import (
    Challenge,
    ChangeState,
    Exchange,
    ExchangeMail,
    ExchangeNote,
    MailAttempt,
    Message,
    Mute,
    Origin,
    OwnerChange,
    RecoveryRequest,
)
from recovery.owners.claims import claims_about

SHOWN: Final = 5  # requests of one address
NEWEST: Final = 2_000  # requests looked through for a part of an address
SHORTEST_PART: Final = 3
UNKNOWN: Final = "Requests from addresses that nobody has"
CHANGES: Final = "Changes of address"
ROWS: Final = "Rows with this id"
# Where a row has its customer, beyond a reference of its own; and where the address it is about.
OWNERS: Final[Mapping[type[Model], str]] = {
    Customer: "pk",
    Purchase: "buyer",
    PurchaseLine: "receiver",
    PurchaseReference: "purchase__buyer",
    PurchaseRefund: "purchase__buyer",
    PurchaseDispute: "purchase__buyer",
    RegistrationKey: "assignments__license__owner",
    HookEvent: "purchase__buyer",
    KeyAsk: "purchase_line__receiver",
    Exchange: "license__owner",
    ExchangeNote: "exchange__license__owner",
    ExchangeMail: "exchange__license__owner",
}
ADDRESSES: Final[Mapping[type[Model], str]] = {
    RecoveryRequest: "address",
    Challenge: "request__address",
    Message: "request__address",
    MailAttempt: "message__request__address",
    Mute: "request__address",
}
_OWN_WAYS: Final = ("customer", "owner", "license__owner")

Row = TypeVar("Row", bound=Model)


def request_of_address(term: str) -> Hits:
    """The last requests with exactly this address, on file or not."""
    try:
        mailbox = address_digest(canonical(term, smtputf8=True))
    except AddressError:
        return Hits()
    found = RecoveryRequest.objects.filter(mailbox=mailbox).order_by("-id")[: SHOWN + 1]
    return of_requests(list(found[:SHOWN]))


def request_of_part(term: str) -> Hits:
    """The last requests with such a part in their address, among the newest."""
    part = as_part(term)
    if len(part) < SHORTEST_PART or " " in part:
        return Hits()
    newest = RecoveryRequest.objects.order_by("-id")
    # By the edge and not as a subquery, which the planner joins to a walk over all requests there are.
    edge = newest.values_list("pk", flat=True)[NEWEST : NEWEST + 1].first()
    if edge is not None:
        newest = newest.filter(pk__gt=edge)
    return of_requests(list(newest.filter(address__contains=part)[:SHOWN]))


def of_requests(requests: list[RecoveryRequest]) -> Hits:
    """Those that read the same are listed once; what somebody asked before what brought a mail of ours."""
    if not requests:
        return Hits()
    owners = owners_of_addresses(each.address for each in requests)
    asked = sorted(requests, key=lambda each: each.origin == Origin.SERVICE)
    once = {
        hit.why: hit
        for each in reversed(asked)
        for hit in [of_request(each, owners.get(each.address, frozenset()))]
    }
    return Hits(tuple(reversed(once.values())))


def change_of_address(term: str) -> Hits:
    """Claims that wait for support and name exactly this address, as the new one or the old, and approved changes that
    wait to bring it."""
    address = as_address(term)
    if not address:
        return Hits()
    waiting = OwnerChange.objects.filter(new_address=address, state=ChangeState.WAITING)
    return Hits(tuple(map(of_change, [*claims_about([address]), *waiting.defer("claimed")])))


def of_change(change: OwnerChange) -> Hit:
    asked = f"{timezone.localtime(change.asked_at):%-d %b %Y}"
    words = f"to {change.new_address}, asked {asked}: {change.get_state_display()}"
    return Hit(words, exact=False, group=CHANGES, page=page_of(change))


def of_request(request: RecoveryRequest, owners: frozenset[UUID]) -> Hit:
    asked = f"{timezone.localtime(request.created_at):%-d %b %Y}"
    words = f"request of {asked}" if owners else f"{request.address}, asked {asked}"
    return Hit(words, owners, exact=False, group=UNKNOWN, page=page_of(request))


def owners_of_addresses(addresses: Iterable[str]) -> dict[str, frozenset[UUID]]:
    known = EmailAddress.objects.filter(canonical__in=set(addresses)).order_by()
    return {address: frozenset([owner]) for address, owner in known.values_list("canonical", "customer")}


def row_of_id(term: str, *, models: Iterable[type[Model]]) -> Hits:
    """The row of that id, whatever it is, with its customer if it has one. Two or three queries."""
    row_id = row_named(term)
    labelled = {model._meta.label: model for model in models}
    if row_id is None or not labelled:
        return Hits()
    return Hits(tuple(of_row(labelled[label], row_id) for label in labels_with(row_id, labelled)))


def labels_with(row_id: UUID, labelled: Mapping[str, type[Model]]) -> list[str]:
    each = [
        model._default_manager.filter(pk=row_id)
        .order_by()
        .annotate(label=Value(label))
        .values_list("label", flat=True)
        for label, model in labelled.items()
    ]
    return list(each[0].union(*each[1:], all=True))


def of_row(model: type[Model], row_id: UUID) -> Hit:
    rows = model._default_manager.filter(pk=row_id)
    return Hit(
        f"{model._meta.verbose_name} {row_id}",
        owners_of(model, rows),
        group=ROWS,
        page=page_of(model(pk=row_id)),
    )


def owners_of(model: type[Model], rows: Any) -> frozenset[UUID]:
    if model in ADDRESSES:
        found = owners_of_addresses(rows.values_list(ADDRESSES[model], flat=True))
        return frozenset[UUID]().union(*found.values())
    fields = {field.name for field in model._meta.fields}
    path = OWNERS.get(model) or next((way for way in _OWN_WAYS if way.partition("__")[0] in fields), "")
    if not path:
        return frozenset()
    return frozenset(owner for owner in rows.order_by().values_list(path, flat=True)[:SHOWN] if owner)
