"""What is held of a person is handed to them, or erased: asked for by themselves, in the view that their proof opened,
or by support for them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction

from licensing.audit.trail import record
from licensing.conflicts import is_conflict
from licensing.models import Customer, EmailAddress
from licensing.outgoing.kinds import CUSTOMER_ERASED
from licensing.outgoing.tell import tell
from licensing.privacy import erasing as owned
from licensing.privacy.held import held as owned_sections
from licensing.privacy.person import Person
from licensing.privacy.sections import Asked
from licensing.privacy.staged import AT_ONCE, forget_staged
from licensing.tombstones import let_nothing_be_recorded
from recovery.errors import RecoveryError
from recovery.limits import EXPORTS, customer_digest, take
from recovery.models import RecoveryRequest
from recovery.owners.disputes import refuse_to_erase
from recovery.privacy import erasing as asked
from recovery.privacy.archive import zipped
from recovery.privacy.held import came_from_others
from recovery.privacy.held import held as asked_sections
from recovery.privacy.outlook import Outlook

ATTEMPTS: Final = 8


class TooManyExports(RecoveryError):
    """Today's number of exports has been taken."""

    code = "too_many_exports"


class NothingHeld(RecoveryError):
    """There is no such customer, or not any more."""

    code = "nothing_held"


class EraseReason(StrEnum):
    """Why; never in words of their own, since it is kept when the person is not."""

    THEMSELVES = "themselves"
    MAIL = "mail"
    PHONE = "phone"
    ESTATE = "estate"
    AUTHORITY = "authority"
    OTHER = "other"


def customer_of(request: RecoveryRequest) -> UUID | None:
    """Whose data the proved mailbox opens; None where it is (no longer) anybody's."""
    current = EmailAddress.objects.current().filter(canonical=request.address)
    return current.values_list("customer", flat=True).first()


def outlook_of(customer_id: UUID) -> Outlook:
    """What erasing them would come to. Raises `NothingHeld`."""
    return Outlook.of(person_of(customer_id))


def export_of(customer_id: UUID, *, by: str, reason: str = "", now: datetime) -> bytes:
    """Everything that is held of the customer, as a zip archive: for reading, and for programs. `by` is the support
    login; empty: the customer themself, and only then are codes written out.

    Raises `NothingHeld`, `TooManyExports`.
    """
    person = person_of(customer_id)
    if not by and not take(EXPORTS, customer_digest(customer_id), now=now):
        raise TooManyExports
    wanted = Asked(codes=not by, from_others=came_from_others(customer_id))
    sections = [*owned_sections(person, wanted), *asked_sections(person, wanted)]
    made = zipped(sections, masked=bool(by), now=now)
    rows = {each.key: len(each.rows) for each in sections if each.rows}
    record("customer.exported", by=by, customer=customer_id, reason=reason, details={"rows": rows})
    return made


def person_of(customer_id: UUID) -> Person:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NothingHeld
    return Person.of(customer)


def erase(
    customer_id: UUID,
    *,
    by: str,
    reason: EraseReason,
    now: datetime,
    before: Callable[[], object] = lambda: None,
) -> bool:
    """Erase all that is held of the customer, but for orders and keys without them; False where there is none (any
    more). `by` is the support login; empty: the customer themself. `before` is called while nobody else may change
    the customer, and what it raises ends it: a caller's transaction around this would hold what others wait for.

    Raises `Disputed` while it is not settled who is to have keys, and what the database does where others were quicker
    again and again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                found = attempt_erase(customer_id, by=by, reason=reason, now=now, before=before)
        except DatabaseError as error:
            if attempt == ATTEMPTS or not is_passing(error):
                raise
            time.sleep(random.uniform(0, 0.05 * attempt))  # noqa: S311  jitter, no secret
        else:
            if found:
                forget_staged(most=AT_ONCE)
            return found
    raise AssertionError("the loop returns or raises")


def is_passing(error: DatabaseError) -> bool:
    """Whether something was given to the person meanwhile, or two transactions waited for each other."""
    return is_conflict(error) or isinstance(error, IntegrityError)


def attempt_erase(
    customer_id: UUID, *, by: str, reason: EraseReason, now: datetime, before: Callable[[], object]
) -> bool:
    let_nothing_be_recorded()
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        return False
    before()
    refuse_to_erase(customer_id, themselves=not by)
    person = Person.of(customer)
    asked.forget(person, now=now)
    kept = owned.erase(person, now=now)
    check_now()
    record(
        "customer.erased",
        by=by,
        reason=reason,
        details={"orders": kept.orders, "licenses": kept.licenses, "addresses": kept.addresses},
    )
    tell(CUSTOMER_ERASED, lambda: [{"customer": customer_id}])
    return True


def check_now() -> None:
    """Let PostgreSQL look now for what still names the customer, so that this is tried again instead of failing at
    the commit."""
    if connection.vendor == "postgresql":
        connection.check_constraints()
