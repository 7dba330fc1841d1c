"""What the API answered, for callers who repeat a call."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from licensing.models.base import Record


class KeptAnswer(Record):
    """The answer to a call that came with an idempotency key, until it expires.

    `mark` is the keyed digest of caller, call and key, `sent` that of the body; `sealed` is the answer under the
    vault, bound to this row, since it may hold codes and tokens. Written in the transaction of what the call did.
    """

    mark = models.BinaryField(max_length=32, unique=True)
    sent = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "answer kept for a repeated call"
        verbose_name_plural = "answers kept for repeated calls"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=None, sealed=None) | Q(status__isnull=False, sealed__isnull=False),
                name="kept_answers_are_whole",
            )
        ]

    @property
    def identity(self) -> str:
        """What the encryption binds the answer to."""
        return f"answer:{self.pk}"
