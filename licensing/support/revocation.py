"""One license ends by support's decision, or counts again. Its key stays assigned: restoring gives it back as it was.

An application that checks the list of retired codes learns of both with the list's next issue, which is made of facts.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from licensing.audit.trail import record
from licensing.models import License
from licensing.outgoing.facts import license_of
from licensing.outgoing.kinds import LICENSE_RESTORED, LICENSE_REVOKED, Kind
from licensing.outgoing.tell import tell
from licensing.support.errors import NotOnFile, ReasonMissing

LONGEST_REASON = 200  # characters, as the column has


def revoke(license_id: UUID, *, by: str, reason: str, now: datetime) -> bool:
    """End the license; whether it was this call that did. Raises `NotOnFile`, `ReasonMissing`."""
    said = reason.replace("\0", "").strip()[:LONGEST_REASON]
    if not said:
        raise ReasonMissing
    with transaction.atomic():
        license = on_file(license_id)
        open_ones = License.objects.filter(pk=license_id, revoked_at=None)
        done = bool(open_ones.update(revoked_at=now, revoked_reason=said))
        if done:
            record("license.revoked", by=by, customer=license.owner_id, row=license, reason=said)
            tell_of(LICENSE_REVOKED, license)
    return done


def restore(license_id: UUID, *, by: str, reason: str, now: datetime) -> bool:
    """Let a revoked license count again; whether it was this call that did. Raises `NotOnFile`, `ReasonMissing`."""
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        license = on_file(license_id)
        before = {"revoked_at": str(license.revoked_at or ""), "reason": license.revoked_reason}
        revoked = License.objects.filter(pk=license_id, revoked_at__isnull=False)
        done = bool(revoked.update(revoked_at=None, revoked_reason=""))
        if done:
            record(
                "license.restored",
                by=by,
                customer=license.owner_id,
                row=license,
                reason=reason.strip(),
                details={"before": before},
            )
            tell_of(LICENSE_RESTORED, license)
    return done


def tell_of(kind: Kind, license: License) -> None:
    tell(kind, lambda: [{"customer": license.owner_id, **license_of(license)}])


def on_file(license_id: UUID) -> License:
    license = License.objects.select_for_update(of=("self",)).filter(pk=license_id).first()
    if license is None:
        raise NotOnFile
    return license
