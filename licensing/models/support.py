"""What support adds to a customer's file: notes, looks at codes, and their word on money that went back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from licensing.models.base import Record
from licensing.models.customers import Customer
from licensing.models.keys import RegistrationKey
from licensing.models.sales import License, Purchase, PurchaseLine


class CustomerNote(Record):
    """What support wrote down about a customer. Never edited: a correction is a note of its own, and one that was
    wrong is withdrawn, which keeps who wrote and who withdrew it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes", db_index=False)
    by = models.CharField(max_length=150)
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = "note"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_by=""), name="somebody_withdrew_the_note"
            )
        ]
        indexes = [models.Index(fields=["customer", "id"], name="notes_of_a_customer")]

    def __str__(self) -> str:
        return f"a note of {self.written_at:%Y-%m-%d}"


class RevealReason(models.TextChoices):
    PHONE = "phone", "the customer asks on the phone"
    SCREENSHOT = "screenshot", "checking it against a screenshot"
    LEAK = "leak", "it may have leaked"
    BY_HAND = "by_hand", "replacing it by hand"
    OTHER = "other", "another reason"


class CodeReveal(Record):
    """Somebody of support looked at a code in clear. The customer sees it in their own view."""

    key = models.ForeignKey(RegistrationKey, on_delete=models.PROTECT, related_name="reveals", db_index=False)
    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="reveals", db_index=False)
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=10, choices=RevealReason.choices)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "look at a code"
        verbose_name_plural = "looks at codes"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="other") | ~Q(words=""), name="another_reason_is_written_down"
            )
        ]
        indexes = [
            models.Index(fields=["license", "id"], name="reveals_of_a_license"),
            models.Index(fields=["key"], name="reveals_of_a_key"),
            models.Index(fields=["by", "at"], name="reveals_by_a_person"),
        ]

    def __str__(self) -> str:
        return f"a look of {self.at:%Y-%m-%d}"


class RefundMark(Record):
    """Support says that money went back: for the whole order, or for so many units of one of its lines.

    It stands beside what the order's shop says, and neither overwrites the other: the order is paid back if one of
    them says so (`licensing.intake.told_twice`). Taken back by support alone.
    """

    purchase = models.ForeignKey(
        Purchase, on_delete=models.CASCADE, related_name="refund_marks", db_index=False
    )
    line = models.ForeignKey(
        PurchaseLine, on_delete=models.CASCADE, null=True, blank=True, related_name="refund_marks"
    )
    units = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: the whole order.")
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = "refund marked by support"
        verbose_name_plural = "refunds marked by support"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase"],
                condition=Q(line=None, withdrawn_at=None),
                name="one_standing_mark_per_order",
            ),
            models.UniqueConstraint(
                fields=["purchase", "line"],
                condition=Q(line__isnull=False, withdrawn_at=None),
                name="one_standing_mark_per_line",
            ),
            models.CheckConstraint(
                condition=Q(line=None, units=None) | Q(line__isnull=False, units__gte=1),
                name="a_mark_names_a_line_and_its_units",
            ),
        ]
        indexes = [models.Index(fields=["purchase", "id"], name="marks_of_an_order")]

    def __str__(self) -> str:
        return f"{self.units} refunded" if self.units else "refunded"
