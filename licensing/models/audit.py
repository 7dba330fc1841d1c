"""The audit trail: who looked at what and who changed what. Rows are added; the database refuses everything else."""

from django.db import models
from django.db.models.functions import Now

from licensing.models.base import Record


class AuditEntry(Record):
    """One look or deed. What it says of people (`sealed`) is under the key that `key` names: a customer's own, which
    goes with the customer, or that of a month.

    Plain ids instead of foreign keys: an entry outlives what it is about.
    """

    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=150, blank=True, help_text="The login; empty: the customer.")
    action = models.CharField(max_length=60)
    customer = models.UUIDField(null=True, blank=True)
    model = models.CharField(max_length=60, blank=True)
    row = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=60)
    sealed = models.BinaryField()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(
                fields=["customer", "id"],
                name="audit_of_customer",
                condition=models.Q(customer__isnull=False),
            ),
            models.Index(fields=["by", "id"], name="audit_of_person"),
            models.Index(fields=["action", "id"], name="audit_of_action"),
            models.Index(fields=["row", "id"], name="audit_of_row", condition=~models.Q(row="")),
        ]
        permissions = [("view_audit_export", "Can download the audit trail")]

    def __str__(self) -> str:
        return self.action


class AuditLink(models.Model):
    """An entry's place in the chain. Its digest covers the entry and the link before: nothing can be changed, left
    out or put between without every later digest being wrong."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="link")
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["-number"]


class AuditPending(models.Model):
    """An entry that is written and waits, for a moment, for its link: the chain is made after the commit, so that
    nobody's transaction waits for anybody else's."""

    entry = models.OneToOneField(
        AuditEntry, on_delete=models.PROTECT, primary_key=True, related_name="pending"
    )

    class Meta:
        ordering = ["entry"]
