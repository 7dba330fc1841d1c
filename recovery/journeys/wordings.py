"""Support changes what mails say: a new version, an earlier one again, back to the built-in text, a test to oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from licensing.audit.trail import record
from recovery.errors import NoAddress, Overtaken, TooManyTests
from recovery.limits import TESTS, staff_digest, take
from recovery.mail.outbox import promise_test
from recovery.mail.wording.check import ensure_usable
from recovery.mail.wording.kinds import KINDS
from recovery.mail.wording.names import Words
from recovery.mail.wording.phrases import PHRASES_MAIL, read
from recovery.models import Message, Wording


@dataclass(frozen=True)
class Written:
    """What somebody typed, for which mail and language."""

    mail: str
    language: str
    subject: str
    body: str

    def words(self) -> Words:
        return Words(self.mail, self.language, self.subject, self.body)


def seen_of(mail: str, language: str) -> str:
    """How the text stands: the latest version and the one in use. A form carries it, so that two people who write at
    once are told."""
    versions = Wording.objects.of(mail, language)
    latest = versions.values_list("version", flat=True).first() or 0
    active = versions.filter(active=True).values_list("version", flat=True).first() or 0
    return f"{latest}.{active}"


def save(written: Written, *, by: str, reason: str, seen: str) -> Wording:
    """The next version, which mails go out with from now on. Raises Refused where it cannot be used, Overtaken where
    somebody else was faster; then nothing is changed."""
    ensure_can_be_used(written)
    return next_version(written, by=by, reason=reason, seen=seen, active=True)


def try_out(written: Written, *, by: str, person: int, seen: str, now: datetime) -> Message:
    """Keeps the text as a version that no customer gets, and promises a mail in it to whoever wrote it. Raises as
    `save` does; NoAddress, TooManyTests."""
    ensure_can_be_used(written)
    if not get_user_model().objects.exclude(email="").filter(pk=person).exists():
        raise NoAddress
    if not take(TESTS, staff_digest(person), now=now):
        raise TooManyTests
    with transaction.atomic():
        row = same_as_latest(written)
        if row is None:
            row = next_version(written, by=by, reason="a test", seen=seen, active=False)
        record("wording.tried", by=by, row=row, details={"mail": row.mail, "language": row.language})
        return promise_test(row, person=person)


def use_again(version: UUID, *, by: str, reason: str, seen: str) -> Wording:
    """An earlier version once more, as the next one. Raises as `save` does, LookupError where there is none."""
    earlier = Wording.objects.filter(pk=version).first()
    if earlier is None:
        raise LookupError(f"no version {version}")
    written = Written(earlier.mail, earlier.language, earlier.subject, earlier.body)
    return save(written, by=by, reason=reason or f"version {earlier.version} again", seen=seen)


def reset(mail: str, language: str, *, by: str, reason: str, seen: str) -> None:
    """Mails go out with the built-in text again; the versions are kept. Raises Overtaken."""
    with transaction.atomic():
        if seen_of(mail, language) != seen:
            raise Overtaken(last_writer(mail, language))
        row = Wording.objects.of(mail, language).filter(active=True).first()
        if row is None or not Wording.objects.filter(pk=row.pk, active=True).update(active=False):
            raise Overtaken(last_writer(mail, language))
        told = {"mail": mail, "language": language, "before": as_told(row), "after": "built in"}
        record("wording.reset", by=by, row=row, reason=reason, details=told)


def ensure_can_be_used(written: Written) -> None:
    """Raises Refused. Small words are tried in every mail."""
    if written.mail != PHRASES_MAIL:
        ensure_usable(written.words())
        return
    phrases = read(written.body)
    for kind in KINDS.values():
        ensure_usable(Words(kind.name, written.language, kind.subject, kind.body, phrases))


def next_version(written: Written, *, by: str, reason: str, seen: str, active: bool) -> Wording:
    """The database refuses a second version of one number, and a second one in use."""
    try:
        with transaction.atomic():
            return made(written, by=by, reason=reason, seen=seen, active=active)
    except IntegrityError:
        raise Overtaken(last_writer(written.mail, written.language)) from None


def made(written: Written, *, by: str, reason: str, seen: str, active: bool) -> Wording:
    mail, language = written.mail, written.language
    if seen_of(mail, language) != seen:
        raise Overtaken(last_writer(mail, language))
    before = Wording.objects.of(mail, language).filter(active=True).first()
    if active and before and not Wording.objects.filter(pk=before.pk, active=True).update(active=False):
        raise Overtaken(last_writer(mail, language))
    row = Wording.objects.create(
        mail=mail,
        language=language,
        version=int(seen.partition(".")[0]) + 1,
        subject=written.subject,
        body=written.body,
        by=by,
        reason=reason,
        active=active,
    )
    if active:
        told = {"before": as_told(before), "after": as_told(row), "mail": mail, "language": language}
        record("wording.changed", by=by, row=row, reason=reason, details=told)
    return row


def as_told(row: Wording | None) -> Any:
    if row is None:
        return "built in"
    return {"version": row.version, "subject": row.subject, "body": row.body}


def same_as_latest(written: Written) -> Wording | None:
    latest = Wording.objects.of(written.mail, written.language).first()
    same = latest and (latest.subject, latest.body) == (written.subject, written.body)
    return latest if same else None


def last_writer(mail: str, language: str) -> str:
    return Wording.objects.of(mail, language).values_list("by", flat=True).first() or ""
