"""Fills the database with customers and the outbox with promises, as the journeys would have written them."""

import os
from collections.abc import Sequence

from django.db import connection
from django.db.models.functions import Now

from licensing.models import EmailAddress
from recovery.limits import address_digest
from recovery.models import Allowance, Message, MessageKind, RecoveryRequest
from tests.factories import edition, owner_of


def customers(names: Sequence[str]) -> float:
    """Each with one paid license and its key, at name@example.com; how many."""
    sold = edition()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO OFF")
        for name in names:
            owner_of(
                f"{name}@example.com", codes=[f"{os.urandom(4).hex()}-{os.urandom(4).hex()}"], edition=sold
            )
        cursor.execute("RESET synchronous_commit")
        cursor.execute("ANALYZE")
    return len(names)


def promise_to_everybody(kind: MessageKind) -> int:
    """One mail to each address on file, from as many networks, nothing of the limits used up yet; how many."""
    Allowance.objects.all().delete()
    addresses = EmailAddress.objects.values_list("canonical", flat=True)
    requests = RecoveryRequest.objects.bulk_create([asked(each, kind) for each in addresses])
    Message.objects.bulk_create([Message(kind=kind, request=each) for each in requests])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return len(requests)


def asked(address: str, kind: MessageKind) -> RecoveryRequest:
    return RecoveryRequest(
        address=address,
        mailbox=address_digest(address),
        network=os.urandom(16),
        browser_digest=os.urandom(32),
        language="en",
        verified_at=Now() if kind == MessageKind.KEYS else None,
    )
