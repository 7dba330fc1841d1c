"""What is left of people who were erased: enough to know them again, not enough to know who they were."""

from django.db import models

from licensing.models.base import Record


class Tombstone(Record):
    """An address whose owner was erased, as a keyed digest: what was sold to it before that moment comes back without
    the person. See `licensing.tombstones`."""

    digest = models.BinaryField(max_length=32, unique=True)
    erased_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = "erased address"
        verbose_name_plural = "erased addresses"

    def __str__(self) -> str:
        return f"an address erased on {self.erased_at:%Y-%m-%d}"
