"""Fills the database: licenses whose keys are retired, and others whose keys serve."""

import base64
import os
from datetime import datetime
from uuid import UUID

from django.core.management import call_command
from django.db import connection

from licensing.intake import bulk
from licensing.keys.sealed import seal
from licensing.keys.signing import new_signing_key
from licensing.models import RegistrationKey, SigningPurpose
from tests import factories

FIELDS = ("id", "edition_id", "state", "sealed", "fingerprint_a", "tail", "seats", "retired_at")
ONE_EACH = """
    SET session_replication_role = replica;
    INSERT INTO licensing_purchase (
            id, store_id, reference, ordered_at, test, confirmed_at, paid_at, sold_digest, recorded_at
        )
        SELECT id, '{store}', id::text, now(), false, now(), now(), '', now() FROM licensing_registrationkey;
    INSERT INTO licensing_purchaseline (
            id, purchase_id, position, product_ref, variant, name, quantity, registered_name, placed_at
        )
        SELECT id, id, 0, 'thing', '', 'Thing', 1, '', now() FROM licensing_registrationkey;
    INSERT INTO licensing_license (id, line_id, unit, edition_id, subscription_ref, revoked_reason)
        SELECT id, id, 1, edition_id, '', '' FROM licensing_registrationkey;
    INSERT INTO licensing_keyassignment (id, key_id, license_id, seat, starts_at, ends_at, end_reason)
        SELECT id, id, id, 1, '2024-01-01', retired_at, '' FROM licensing_registrationkey;
    SET session_replication_role = DEFAULT;
"""


def fill(*, listed: int, others: int, now: datetime) -> None:
    """Keys of an edition whose application checks the list: so many whose license has moved away, others that serve."""
    call_command("migrate", verbosity=0)
    new_signing_key(SigningPurpose.RETIRED)
    sold = factories.edition(checks_retired_list=True, key_source="pool")
    for numbers in bulk.batches(range(listed + others), 50_000):
        rows = [key_row(number, str(sold.pk), now if number < listed else None) for number in numbers]
        bulk.insert(RegistrationKey, FIELDS, rows, now=now)
    with connection.cursor() as cursor:
        cursor.execute(ONE_EACH.format(store=factories.store().pk))
    analyse()


def key_row(number: int, edition: str, retired_at: datetime | None) -> tuple[object, ...]:
    key_id = str(UUID(int=0x7000_8000 << 64 | number))
    code = base64.b32encode(os.urandom(15)).decode()
    state = "retired" if retired_at else "serving"
    return key_id, edition, state, seal(code, key_id=key_id), os.urandom(32), code[-4:], 1, retired_at


def retire(first: int, count: int, *, at: datetime) -> None:
    """As a move ends: the assignments of these keys are over, the keys retired."""
    between = [str(UUID(int=0x7000_8000 << 64 | number)) for number in (first, first + count - 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE licensing_keyassignment SET ends_at = %s WHERE id BETWEEN %s AND %s", [at, *between]
        )
        cursor.execute(
            "UPDATE licensing_registrationkey SET state = 'retired', retired_at = %s WHERE id BETWEEN %s AND %s",
            [at, *between],
        )


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
