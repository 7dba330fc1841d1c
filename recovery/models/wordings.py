"""The words of mails that support wrote, version by version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from licensing.models.base import Record


class WordingQuerySet(models.QuerySet["Wording"]):
    def of(self, mail: str, language: str) -> WordingQuerySet:
        """Every version of that text, the latest first."""
        return self.filter(mail=mail, language=language).order_by("-version")


class Wording(Record):
    """One version of a mail's text in one language. A version is never changed: a correction is the next one.

    `mail` names the mail, or is "phrases": then `body` holds the small words of that language, a line each.
    """

    mail = models.CharField(max_length=20)
    language = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=20_000)
    by = models.CharField(max_length=150, help_text="The login of who wrote it.")
    reason = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=False, help_text="Mails go out with it.")
    created_at = models.DateTimeField(db_default=Now())
    failures = models.PositiveIntegerField(
        default=0, help_text="Mails that went out with the built-in text instead."
    )
    failed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When support was told that it fails.")

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = "version of a mail text"
        verbose_name_plural = "mail texts"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["mail", "language", "version"], name="versions_of_a_text_differ"),
            models.UniqueConstraint(
                fields=["mail", "language"], name="one_active_text_per_mail", condition=Q(active=True)
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="versions_begin_with_one"),
        ]

    def __str__(self) -> str:
        return f"{self.mail}, {self.language}, version {self.version}"
