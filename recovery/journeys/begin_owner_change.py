"""Support begins a change of owner on somebody's behalf: an address, a merge, a split, a license handed on.

Each is approved by beginning it, and waits as any other: the notice goes out at once, and a new mailbox is proved
first. `by` is the login, `reason` what is recorded; it is needed. All raise `ReasonNeeded`, `AlreadyChanging`,
`NotPossible`.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from licensing.addresses import canonical
from licensing.audit.trail import record
from licensing.models import Customer, EmailAddress, License, Purchase
from recovery.errors import AddressTaken, AlreadyChanging, NotPossible
from recovery.limits import address_digest
from recovery.mail.outbox import promise
from recovery.models import ChangeKind, ChangeState, MessageKind, Origin, OwnerChange, RecoveryRequest
from recovery.owners.approval import begin_waiting
from recovery.owners.concerned import current_addresses, lock_customers, refuse_beside_another
from recovery.owners.leaving import refuse_own, refuse_to_leave_nobody, refuse_to_leave_nothing
from recovery.owners.mistyped import chosen_addresses
from recovery.reasons import needed
from recovery.tokens import digest_of, new_browser_secret


def change_address(
    customer_id: UUID,
    *,
    new: str,
    retired: Sequence[UUID],
    mistyped: Sequence[UUID] = (),
    lead: bool = False,
    by: str,
    reason: str,
) -> OwnerChange:
    """The customer is reached at `new` once it is proved and the waiting period is over; those addresses of theirs
    prove nothing any more then. `mistyped` and `lead` are those of `approve`.

    Raises `AddressError`, and `AddressTaken` for another customer's.
    """
    needed(reason)
    address = canonical(new, smtputf8=settings.SMTPUTF8)
    with transaction.atomic():
        customer = held(customer_id)[customer_id]
        refuse_taken(address, customer)
        theirs = {each.pk for each in current_addresses(customer.pk)}
        if not set(retired) <= theirs:
            raise NotPossible("One of the old addresses is not a current one of this customer.")
        change = OwnerChange(kind=ChangeKind.ADDRESS, customer=customer, new_address=address)
        change.chosen = chosen_addresses(retired, mistyped, lead=lead)
        return begun(change, by=by, reason=reason)


def merge(customer_id: UUID, *, into: UUID, by: str, reason: str) -> OwnerChange:
    """Everything of the one is to become the other's."""
    needed(reason)
    if customer_id == into:
        raise NotPossible("That is one and the same customer: there is nothing to merge.")
    with transaction.atomic():
        customers = held(customer_id, into)
        change = OwnerChange(kind=ChangeKind.MERGE, customer=customers[customer_id], other=customers[into])
        return begun(change, by=by, reason=reason)


def split(
    customer_id: UUID,
    *,
    addresses: Sequence[UUID] = (),
    purchases: Sequence[UUID],
    licenses: Sequence[UUID],
    name: str,
    new: str = "",
    by: str,
    reason: str,
) -> OwnerChange:
    """These addresses, orders and licenses are to leave for a customer of their own, called `name`; or these orders and
    licenses for whoever proves the mailbox `new`. Raises `AddressError`, too."""
    needed(reason)
    with transaction.atomic():
        customer = held(customer_id)[customer_id]
        change = OwnerChange(kind=ChangeKind.SPLIT, customer=customer)
        if new:
            refuse_to_leave_nothing(addresses, [*purchases, *licenses])
            change.new_address = canonical(new, smtputf8=settings.SMTPUTF8)
            refuse_own(change)
        else:
            refuse_to_leave_nobody(customer, addresses)
        if not set(purchases) <= set(customer.purchases.values_list("pk", flat=True)):
            raise NotPossible("One of the orders is not this customer's.")
        if not set(licenses) <= set(customer.licenses.values_list("pk", flat=True)):
            raise NotPossible("One of the licenses is not this customer's.")
        change.chosen = {
            "addresses": [str(each) for each in addresses],
            "purchases": [str(each) for each in purchases],
            "licenses": [str(each) for each in licenses],
            "name": name[:300],
        }
        return begun(change, by=by, reason=reason)


def reassign_license(
    license_id: UUID, *, to: UUID | None = None, new: str = "", by: str, reason: str
) -> OwnerChange:
    """One license is to become another customer's, or that of whoever proves the mailbox `new`."""
    needed(reason)
    with transaction.atomic():
        license = License.objects.select_related("owner").filter(pk=license_id).first()
        if license is None or license.owner is None:
            raise NotPossible("Nobody is on file as its owner.")
        change = OwnerChange(kind=ChangeKind.REASSIGN, license=license, customer=license.owner)
        return handed_on(change, to=to, new=new, by=by, reason=reason)


def reassign_purchase(
    purchase_id: UUID, *, to: UUID | None = None, new: str = "", by: str, reason: str
) -> OwnerChange:
    """One order, with the lines and licenses that are its buyer's, is to become another customer's; as above."""
    needed(reason)
    with transaction.atomic():
        purchase = Purchase.objects.select_related("buyer").filter(pk=purchase_id).first()
        if purchase is None or purchase.buyer is None:
            raise NotPossible("Nobody is on file as its buyer.")
        change = OwnerChange(kind=ChangeKind.REASSIGN, purchase=purchase, customer=purchase.buyer)
        return handed_on(change, to=to, new=new, by=by, reason=reason)


def handed_on(change: OwnerChange, *, to: UUID | None, new: str, by: str, reason: str) -> OwnerChange:
    """To a customer on file, or to a mailbox that has to be proved first (also if it is a customer's: it is theirs)."""
    if to is not None:
        if to == change.customer_id:
            raise NotPossible("It is that customer's already.")
        change.other = held(*[each for each in (change.customer_id, to) if each])[to]
    else:
        change.new_address = canonical(new, smtputf8=settings.SMTPUTF8)
        held(*[each for each in (change.customer_id,) if each])
        refuse_own(change)
    return begun(change, by=by, reason=reason)


def begun(change: OwnerChange, *, by: str, reason: str) -> OwnerChange:
    """Store it. With a new mailbox it waits for the proof, else the notice goes out now."""
    refuse_beside_another(change.customer_id, change.other_id)
    change.state = ChangeState.UNPROVEN
    change.asked_by = change.decided_by = by
    change.reason = reason.strip()
    if change.new_address:
        change.request = proving(change)
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyChanging from error
    record(
        "owner_change.begun",
        by=by,
        customer=change.customer_id,
        row=change,
        reason=reason,
        details=told_of(change),
    )
    if change.request:
        promise(MessageKind.CLAIM, change.request, change=change)
    else:
        begin_waiting(change)
    return change


def told_of(change: OwnerChange) -> dict[str, object]:
    """For the record, which is filed under who has it now: nothing of who gets it, that would outlive these."""
    return {
        "kind": change.kind,
        "other": str(change.other_id or ""),
        "new_address": change.new_address if change.kind == ChangeKind.ADDRESS else "",
        "license": str(change.license_id or ""),
        "purchase": str(change.purchase_id or ""),
        **{name: value for name, value in change.chosen.items() if name != "name"},
    }


def proving(change: OwnerChange) -> RecoveryRequest:
    """What proves the new mailbox. No browser asked, so only the mailed link works."""
    return RecoveryRequest.objects.create(
        address=change.new_address,
        mailbox=address_digest(change.new_address),
        network=b"",
        browser_digest=digest_of(new_browser_secret()),
        origin=Origin.CLAIM,
        language=change.customer.language if change.customer else "",
    )


def held(*ids: UUID) -> dict[UUID, Customer]:
    """These customers, until the transaction ends. Raises `NotPossible` where one is not on file."""
    found = lock_customers(*ids)
    if len(found) != len(set(ids)):
        raise NotPossible("One of the customers is no longer on file.")
    return found


def refuse_taken(address: str, customer: Customer) -> None:
    known = EmailAddress.objects.filter(canonical=address).first()
    if known is None:
        return
    if known.customer_id != customer.pk:
        raise AddressTaken
    if known.former_since is None:
        raise NotPossible("That is a current address of this customer already.")
