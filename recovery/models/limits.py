"""What may not go out, or not now: mutes, dead mailboxes, domains that refuse us, and the counters of the limits."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from licensing.models.base import Record
from recovery.models.requests import RecoveryRequest


class Mute(Record):
    """The reader of a mailbox said "that wasn't me": no requests for it until then. Support can set and lift it.

    `by` is the support login that set it; empty: the reader, or a complaint that came back.
    """

    mailbox = models.BinaryField(max_length=16)
    request = models.ForeignKey(RecoveryRequest, on_delete=models.SET_NULL, null=True, related_name="mutes")
    by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox"], condition=Q(lifted_at=None), name="one_open_mute_per_mailbox"
            )
        ]


class Suppression(Record):
    """A mailbox that does not exist: its server said so (5.1.x), or an authenticated bounce did."""

    mailbox = models.BinaryField(max_length=16)
    reply = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=10, default="smtp")
    created_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox"], condition=Q(lifted_at=None), name="one_open_suppression_per_mailbox"
            )
        ]


class DomainPause(Record):
    """A receiving domain that refuses our mail for a reason other than the mailbox: a blocklisting, say."""

    domain = models.CharField(max_length=255, unique=True)
    reply = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()

    class Meta:
        ordering = ["domain"]


class Allowance(models.Model):
    """How often a limit was used by one subject lately: `recent` holds [minute, count] pairs, see `limits.py`."""

    id = models.BigAutoField(primary_key=True)
    limit = models.CharField(max_length=20)
    subject = models.BinaryField(max_length=16)
    recent = models.JSONField(default=list)
    touched_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["limit", "subject"], name="one_allowance_per_subject")]
