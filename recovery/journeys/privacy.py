"""A person is erased: asked for by themselves, in the view that their proof opened, or by support for them."""

from __future__ import annotations

import random
import time
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction

from licensing.audit.trail import record
from licensing.models import Customer
from licensing.privacy import erasing as owned
from licensing.privacy.person import Person
from licensing.privacy.staged import AT_ONCE, forget_staged
from licensing.tombstones import let_nothing_be_recorded
from recovery.privacy import erasing as asked

ATTEMPTS: Final = 8


class EraseReason(StrEnum):
    """Why; never in words of their own, since it is kept when the person is not."""

    THEMSELVES = "themselves"
    MAIL = "mail"
    PHONE = "phone"
    ESTATE = "estate"
    AUTHORITY = "authority"
    OTHER = "other"


def erase(customer_id: UUID, *, by: str, reason: EraseReason, now: datetime) -> bool:
    """Erase all that is held of the customer, but for orders and keys without them; False where there is none (any
    more). `by` is the support login; empty: the customer themself.

    Raises what the database does where others were quicker again and again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                found = attempt_erase(customer_id, by=by, reason=reason, now=now)
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
    deadlock = getattr(error.__cause__, "sqlstate", "") in ("40P01", "40001")
    return deadlock or isinstance(error, IntegrityError)


def attempt_erase(customer_id: UUID, *, by: str, reason: EraseReason, now: datetime) -> bool:
    let_nothing_be_recorded()
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        return False
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
    return True


def check_now() -> None:
    """Let PostgreSQL look now for what still names the customer, so that this is tried again instead of failing at
    the commit."""
    if connection.vendor == "postgresql":
        connection.check_constraints()
