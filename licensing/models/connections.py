"""Shops that tell us what they sold: where they send it, what came in, and what they asked keys for."""

from django.db import models
from django.db.models import Q

from licensing.models.base import Record
from licensing.models.catalog import Store
from licensing.models.sales import Purchase, PurchaseLine


class Connection(Record):
    """One address that a shop sends its notifications to. The address holds a secret of 128 bits, and is found by its
    hash; what signs them, and the key to the shop's API, are encrypted under the vault, bound to this row.
    """

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="connections")
    name = models.CharField(max_length=80, help_text="For you to tell connections apart.")
    address_mark = models.BinaryField(max_length=32, unique=True)
    sealed_address = models.BinaryField()
    sealed_secret = models.BinaryField(null=True)
    sealed_former_secret = models.BinaryField(null=True)
    former_until = models.DateTimeField(null=True, blank=True)
    sealed_api_key = models.BinaryField(null=True)
    test = models.BooleanField(
        "test mode", default=False, help_text="Everything that comes in here is a test order."
    )
    active = models.BooleanField(default=True)
    allowed_networks = models.TextField(
        "addresses that may ask for keys",
        blank=True,
        help_text="One address or network a line, such as 192.0.2.0/24; "
        "needed where the shop does not sign its requests.",
    )
    keys_per_day = models.PositiveIntegerField(
        default=100, help_text="How many keys it may ask for in 24 hours where it does not sign its requests."
    )
    heard_at = models.DateTimeField("last heard", null=True, blank=True)
    refused_at = models.DateTimeField("last refused", null=True, blank=True)
    refusals = models.PositiveIntegerField(default=0, help_text="Notifications whose signature was wrong.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.store}: {self.name}"


class EventState(models.TextChoices):
    RECEIVED = "received", "received"
    DONE = "done", "on file"
    IGNORED = "ignored", "nothing for us in it"
    WAITING = "waiting", "waits for its order"
    UNCONFIRMED = "unconfirmed", "not confirmed"
    NOT_UNDERSTOOD = "unclear", "not understood"


class HookEvent(Record):
    """One thing that a shop told, stored before it is answered and processed afterwards, once or again.

    `payload` is encrypted, without card numbers, and emptied some time after it was processed.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    event_id = models.CharField("the shop's id", max_length=200)
    kind = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=EventState.choices, default=EventState.RECEIVED)
    reason = models.CharField(
        max_length=500, blank=True, help_text="Why it is in this state; never data of it."
    )
    test = models.BooleanField(default=False)
    whole = models.BooleanField(
        default=False,
        help_text="The notification as it came, because what it tells could not be taken apart.",
    )
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When support said that it is true, though nobody signed it."
    )
    payload = models.BinaryField(null=True)
    cards_removed = models.PositiveIntegerField(default=0)
    awaits = models.CharField(
        max_length=200, blank=True, help_text="The order, or other reference, that it waits for."
    )
    purchase = models.ForeignKey(
        Purchase, on_delete=models.SET_NULL, null=True, blank=True, related_name="events"
    )
    said_at = models.DateTimeField(null=True, blank=True, help_text="When it happened, as the shop says.")
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(auto_now_add=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "notification"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["connection", "event_id"], name="one_event_per_id")]
        indexes = [
            models.Index(fields=["due_at"], name="events_due", condition=Q(state="received")),
            models.Index(fields=["awaits"], name="events_awaiting", condition=Q(state="waiting")),
            models.Index(
                fields=["id"],
                name="events_for_a_person",
                condition=Q(state__in=["waiting", "unconfirmed", "unclear"]),
            ),
            models.Index(fields=["due_at"], name="events_unconfirmed", condition=Q(state="unconfirmed")),
            models.Index(
                fields=["lease_until"],
                name="events_to_serve",
                condition=Q(state="done", lease_until__isnull=False),
            ),
            models.Index(fields=["processed_at"], name="events_to_empty", condition=Q(payload__isnull=False)),
        ]


class KeyAskState(models.TextChoices):
    ANSWERED = "answered", "answered with its key"
    PROMISED = "promised", "key follows by mail"
    MAILED = "mailed", "key was mailed"
    REFUSED = "refused", "refused"


class KeyAsk(Record):
    """A shop's request for the keys of one line of an order: asked again, it gets the same answer.

    A test order may have the number of a real one, and never speaks for it.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="asks", db_index=False)
    order = models.CharField(max_length=200)
    line = models.CharField(max_length=200, blank=True)
    test = models.BooleanField(default=False)
    units = models.PositiveIntegerField("keys", default=1, help_text="How many it asked for.")
    state = models.CharField(max_length=8, choices=KeyAskState.choices)
    reason = models.CharField(max_length=200, blank=True)
    purchase_line = models.ForeignKey(
        PurchaseLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="asks"
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "request for a key"
        verbose_name_plural = "requests for keys"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "order", "line", "test"], name="one_ask_per_line")
        ]
        indexes = [
            models.Index(fields=["connection", "asked_at"], name="asks_by_day"),
            models.Index(fields=["id"], name="asks_promised", condition=Q(state="promised")),
        ]
