"""Looks at codes in clear: one key at a time, with a reason, on the record, and told to the customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction

from licensing.audit.trail import record
from licensing.keys.sealed import content_of
from licensing.models import CodeReveal, KeyAssignment, RevealReason
from licensing.support.errors import NotOnFile, ReasonMissing, ShownOnce, TooManyLooks
from licensing.support.press import checked

PRESSED_TWICE: Final = timedelta(minutes=2)  # a browser that sends a form twice shows the second answer
# A person reads a code to somebody on the phone now and then; who goes through them all is stopped, and seen.
DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 50
TOLD: Final = 5  # the latest looks at a license that its owner is told of


@dataclass(frozen=True)
class Revealed:
    """The code as text, or the licence file's name and its octets."""

    reveal: CodeReveal
    code: str
    file_name: str
    content: bytes


def reveal(
    license_id: UUID, *, key_id: UUID, by: str, reason: str, words: str, press: UUID, now: datetime
) -> Revealed:
    """The code of a key that serves, or served, the license; noted before it is opened.

    Raises `NotOnFile`, `ReasonMissing` (no reason of the list, or "other" without words), `StalePage`, `ShownOnce`,
    `TooManyLooks`, and `Tampered` or `UnknownKey` where the code cannot be opened.
    """
    if reason not in RevealReason.values or (reason == RevealReason.OTHER and not words.strip()):
        raise ReasonMissing
    with transaction.atomic():
        ensure_not_too_many(by, press=press, now=now)
        served = KeyAssignment.objects.filter(license=license_id, key=key_id).select_related("key", "license")
        assignment = served.first()
        if assignment is None:
            raise NotOnFile
        look = noted(assignment, by=by, reason=reason, words=words, press=checked(press, now=now), now=now)
        content = content_of(assignment.key)
    is_file = bool(assignment.key.file_name)
    return Revealed(look, "" if is_file else content.decode(), assignment.key.file_name, content)


def ensure_not_too_many(by: str, *, press: UUID, now: datetime) -> None:
    """Of one person's looks, one at a time: fifty at once are counted like fifty in a row. Raises `TooManyLooks`."""
    list(get_user_model()._default_manager.select_for_update().filter(username=by).values_list("pk"))
    if CodeReveal.objects.filter(by=by, at__gt=now - DAY).exclude(pk=press).count() >= MOST_A_DAY:
        raise TooManyLooks


def noted(
    assignment: KeyAssignment, *, by: str, reason: str, words: str, press: UUID, now: datetime
) -> CodeReveal:
    said = {"by": by, "reason": reason, "words": words.replace("\0", "").strip()[:300], "at": now}
    what = {"key": assignment.key, "license": assignment.license}
    look, made = CodeReveal.objects.get_or_create(pk=press, defaults=said | what)
    if made:
        record(
            "code.revealed",
            by=by,
            customer=assignment.license.owner_id,
            row=assignment.key,
            reason=f"{look.get_reason_display()} {look.words}".strip(),
            details={"license": str(assignment.license_id), "look": str(look.pk)},
        )
    elif (look.key_id, look.license_id, look.by) != (assignment.key_id, assignment.license_id, by):
        raise NotOnFile
    elif now - look.at > PRESSED_TWICE:
        raise ShownOnce
    return look


def looks_at(licenses: Iterable[UUID]) -> dict[UUID, list[CodeReveal]]:
    """The latest looks at the codes of each of these licenses, the newest first."""
    found: dict[UUID, list[CodeReveal]] = defaultdict(list)
    for look in CodeReveal.objects.filter(license__in=list(licenses)).order_by("-id"):
        if len(found[look.license_id]) < TOLD:
            found[look.license_id].append(look)
    return found
