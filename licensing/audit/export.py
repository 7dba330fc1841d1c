"""The audit trail as a file that an auditor can keep and check: one JSON object a line, in the order of the chain."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from licensing.audit.proof import AT_ONCE, can_be_read, keys_of
from licensing.audit.sealing import opened_with
from licensing.models import AuditEntry, AuditLink


def lines(*, since: date | None = None, until: date | None = None) -> Iterator[bytes]:
    """All links, or those of entries from the first day to the last, both included (UTC)."""
    number, rows = 0, within(since, until)
    while links := list(rows.filter(number__gt=number)[:AT_ONCE]):
        entries = [link.entry for link in links]
        keys = keys_of(entries)
        yield b"".join(line(link, keys.get(link.entry.key)) for link in links)
        number = links[-1].number


def within(since: date | None, until: date | None) -> Any:
    rows = AuditLink.objects.select_related("entry").order_by("number")
    if since:
        rows = rows.filter(entry__at__gte=datetime(since.year, since.month, since.day, tzinfo=UTC))
    if until:
        end = until + timedelta(days=1)
        rows = rows.filter(entry__at__lt=datetime(end.year, end.month, end.day, tzinfo=UTC))
    return rows


def line(link: AuditLink, key: bytes | None) -> bytes:
    """What the digest covers, as it is covered; and beside it what it says, where its key is still there."""
    entry = link.entry
    said = opened_with(key, entry) if key and can_be_read(entry, key) else None
    row = {
        "number": link.number,
        "digest": bytes(link.digest).hex(),
        "id": str(entry.pk),
        "at": moment(entry),
        "by": entry.by,
        "action": entry.action,
        "customer": str(entry.customer or ""),
        "model": entry.model,
        "row": entry.row,
        "key": entry.key,
        "sealed": b64encode(bytes(entry.sealed)).decode(),
        "said": said,
    }
    return json.dumps(row, ensure_ascii=True).encode() + b"\n"


def moment(entry: AuditEntry) -> str:
    return entry.at.astimezone(UTC).isoformat(timespec="microseconds")
