"""An audit trail, written, read and proved; people who were erased; texts that support wrote."""

import os
import time

from django.db import connection
from django.utils import timezone

from licensing.audit.chain import chain
from licensing.audit.proof import verify
from licensing.audit.sealing import key_name, sealed
from licensing.models import AuditEntry, AuditLink, AuditPending
from licensing.tombstones import bury
from recovery.journeys.wordings import Written, save, seen_of
from recovery.mail.wording.kinds import KINDS
from recovery.models import Wording

AT_ONCE = 1000


def entries(count: int) -> float:
    """Looks of one person at as many pages; how many."""
    for _ in range(count // AT_ONCE):
        looks = [look(number) for number in range(AT_ONCE)]
        AuditEntry.objects.bulk_create(looks)
        AuditPending.objects.bulk_create([AuditPending(entry=each) for each in looks])
        chain()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return AuditLink.objects.count()


def look(number: int) -> AuditEntry:
    entry = AuditEntry(by="support", action="page.looked", key=key_name(None, now=timezone.now()))
    said = {"reason": "", "where": "198.51.100.0/24", "details": {"page": "admin:index", "number": number}}
    entry.sealed = sealed(said, entry=entry.pk, key=entry.key)
    return entry


def prove() -> float:
    """Entries a second."""
    began = time.perf_counter()
    proof = verify()
    if proof.problems:
        raise RuntimeError(f"the trail is not as it was written: {proof.problems}")
    return proof.head.number / (time.perf_counter() - began)


def read() -> float:
    """Rows a second of entries with their links, as they come."""
    began = time.perf_counter()
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT * FROM licensing_auditlink JOIN licensing_auditentry ON id = entry_id ORDER BY number"
        )
        many = sum(len(rows) for rows in iter(lambda: cursor.fetchmany(500), []))
    return many / (time.perf_counter() - began)


def erased(count: int) -> float:
    bury([f"{os.urandom(8).hex()}@gone.example" for _ in range(count)], now=timezone.now())
    return count


def texts(own: bool) -> float:
    """The mail of keys says the same in either, only that in one of them support has saved it."""
    mail, language = "keys", "en"
    Wording.objects.filter(mail=mail, language=language).update(active=False)
    if own:
        written = Written(mail, language, KINDS[mail].subject, KINDS[mail].body)
        save(written, by="support", reason="", seen=seen_of(mail, language))
    return 1
