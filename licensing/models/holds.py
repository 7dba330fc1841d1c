"""Who of support is at something that one person should decide."""

from django.db import models
from django.db.models.functions import Now

from licensing.models.base import Record


class Hold(Record):
    """Somebody has this row open. Told to everybody else who opens it; it keeps nobody from deciding.

    What is decided twice at once is settled by the locks and conditions of the deciding statements.
    """

    kind = models.CharField(max_length=60, help_text="The model, such as licensing.case.")
    row = models.UUIDField()
    by = models.CharField(max_length=150)
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["kind", "row"], name="one_hold_a_row")]

    def __str__(self) -> str:
        return self.by
