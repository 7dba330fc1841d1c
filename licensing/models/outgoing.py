"""Systems of the vendor's that want to be told what happened here, and each telling of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from licensing.models.base import Record


def without_query(url: str) -> str:
    """The address as people and the audit trail read it: what follows the ? may be a secret of the receiver's."""
    place, mark, _ = url.partition("?")
    return f"{place}?…" if mark else place


class WhyOff(models.TextChoices):
    BY_HAND = "by_hand", "switched off by support"
    GONE = "gone", "it answered that it is gone (410)"
    FAILING = "failing", "it failed for three days"


class Endpoint(Record):
    """An address that is told of some kinds of events. What signs them is encrypted under the vault, bound to this row;
    while the secret changes, the former one signs beside it."""

    url = models.CharField("address", max_length=500)
    description = models.CharField(max_length=200, blank=True)
    kinds = models.JSONField("events", default=list)
    also_files = models.BooleanField(
        "orders from files, too",
        default=False,
        help_text="Off: a file with orders is told of once, as a whole.",
    )
    sealed_secret = models.BinaryField()
    sealed_former_secret = models.BinaryField(null=True)
    former_until = models.DateTimeField(null=True, blank=True)
    enabled = models.BooleanField("on", default=True)
    disabled_at = models.DateTimeField("off since", null=True, blank=True)
    disabled_because = models.CharField(max_length=8, choices=WhyOff.choices, blank=True)
    answered_at = models.DateTimeField(
        "last took one", null=True, blank=True, help_text="To the minute, when it last took what it was told."
    )
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Attempts that failed, one after another.")
    rests_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(enabled=True, disabled_at=None, disabled_because="")
                | Q(enabled=False, disabled_at__isnull=False) & ~Q(disabled_because=""),
                name="an_endpoint_is_off_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(sealed_former_secret=None, former_until=None)
                | Q(sealed_former_secret__isnull=False, former_until__isnull=False),
                name="a_former_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.shown_url

    @property
    def shown_url(self) -> str:
        return without_query(self.url)


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "waiting"
    DELIVERED = "done", "delivered"
    FAILED = "failed", "given up"


class Delivery(Record):
    """A promise to tell one endpoint of one event, written in the same transaction as what it tells of.

    `event` is the same for every endpoint and every attempt. `body` is sent as it stands: ids and words of ours, never
    a code, a name or the address of a mailbox.
    """

    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    event = models.UUIDField()
    kind = models.CharField("event", max_length=40)
    body = models.TextField()
    state = models.CharField(max_length=7, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField("next attempt", db_default=Now())
    lease_owner = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    attempt_at = models.DateTimeField("last attempt", null=True, blank=True)
    answer = models.CharField(max_length=100, blank=True)
    done_at = models.DateTimeField("delivered, or given up", null=True, blank=True)
    created_at = models.DateTimeField("happened", db_default=Now())

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="one_delivery_per_event"),
            models.CheckConstraint(
                condition=Q(state="waiting", done_at=None) | ~Q(state="waiting") & Q(done_at__isnull=False),
                name="a_delivery_is_done_at_its_end",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "due_at"], name="deliveries_due", condition=Q(state="waiting")),
            models.Index(fields=["endpoint", "id"], name="deliveries_of_endpoint"),
            models.Index(
                fields=["state", "id"],
                name="deliveries_not_done",
                condition=Q(state__in=["waiting", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def webhook_id(self) -> str:
        """What the receiver knows the event by, whichever attempt it takes."""
        return f"evt_{self.event.hex}"
