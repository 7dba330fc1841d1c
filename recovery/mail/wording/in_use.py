"""The texts that mails go out with, read once for each batch, and what happens when one of them fails."""

from __future__ import annotations

from typing import Self

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from recovery.mail.outbox import alert
from recovery.mail.wording.markup import Refused
from recovery.mail.wording.names import Words
from recovery.mail.wording.phrases import PHRASES_MAIL, Phrases, read
from recovery.models import Wording

log = structlog.get_logger(__name__)


class WordingsInUse:
    """The active versions. A mail has the text of the language it was asked for in; else that of the vendor's own
    language; else what is built in, in English."""

    def __init__(self, rows: list[Wording]) -> None:
        self.rows = {(row.mail, row.language): row for row in rows}

    @classmethod
    def now(cls) -> Self:
        """One query. Small: one row for each mail and language that support has changed."""
        return cls(list(Wording.objects.filter(active=True).order_by()))

    def chosen(self, mail: str, *, language: str) -> Words | None:
        """None: the built-in text."""
        for each in dict.fromkeys((language, settings.MAIL_LANGUAGES[0])):
            if row := self.rows.get((mail, each)):
                return words_of(row, phrases=self.phrases(each))
        return None

    def phrases(self, language: str) -> Phrases:
        """The small words of that language; those built in where they cannot be read, which is noted."""
        row = self.rows.get((PHRASES_MAIL, language))
        if row is None:
            return ()
        try:
            return read(row.body)
        except Refused as error:
            del self.rows[PHRASES_MAIL, language]
            note_failure(row, error)
            return ()

    def failed(self, words: Words, error: Exception) -> None:
        """A mail goes out with the built-in text instead."""
        note_failure(self.rows[words.mail, words.language], error)


def words_of(row: Wording, *, phrases: Phrases = ()) -> Words:
    return Words(row.mail, row.language, row.subject, row.body, phrases, row.pk)


def note_failure(row: Wording, error: Exception) -> None:
    """Counts it, and tells support the first time. The error's own words may hold a customer's name: only its kind is
    logged."""
    log.error("wording_failed", wording=str(row.pk), mail=row.mail, error=type(error).__name__)
    this = Wording.objects.filter(pk=row.pk)
    with transaction.atomic():
        this.update(failures=F("failures") + 1, failed_at=Now())
        if this.filter(told_at=None).update(told_at=Now()):
            alert(f"wording {row.mail} ({row.language})")
