"""Keys that a vendor's own generator is asked for, outside any transaction, by a worker."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from licensing.models.base import Record
from licensing.models.catalog import Edition
from licensing.models.keys import RegistrationKey
from licensing.models.sales import License


class OrderState(models.TextChoices):
    OPEN = "open", "being made"
    ANSWERED = "answered", "made, not given out yet"
    USED = "used", "given out"
    REFUSED = "refused", "refused by the generator"


class KeyOrder(Record):
    """One key asked of a generator for one license. Its id is the request id, the same on every attempt, so that a
    crash between the answer and our note of it never buys two."""

    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="key_orders")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="key_orders")
    state = models.CharField(max_length=8, choices=OrderState.choices, default=OrderState.OPEN)
    key = models.OneToOneField(
        RegistrationKey, on_delete=models.PROTECT, null=True, blank=True, related_name="order"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True, help_text="What went wrong last; never a code.")
    created_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["license", "edition"],
                condition=Q(state__in=["open", "answered"]),
                name="one_running_order_per_license",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["answered", "used"], key__isnull=False)
                | Q(state__in=["open", "refused"], key=None),
                name="an_answered_order_has_its_key",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="orders_due", condition=Q(state="open"))]
