"""What was sold: purchases as the stores told them, and the licenses that follow from them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from licensing.models.base import Record
from licensing.models.catalog import Edition, Store
from licensing.models.customers import Customer


class PurchaseState(models.TextChoices):
    PAID = "paid", "paid"
    UNPAID = "unpaid", "not paid yet"
    UNCONFIRMED = "unconfirmed", "not confirmed by the store yet"
    REFUNDED = "refunded", "refunded"
    DISPUTED = "disputed", "payment disputed"
    TEST = "test", "test order"


# Its licenses do not count: a test, the same order as another, refunded as a whole, or in a dispute that is open or
# lost.
SPOILT = (
    Q(test=True)
    | Q(same_as__isnull=False)
    | Q(refunded_at__isnull=False, refunded_units=None)
    | Q(disputed_at__isnull=False, won_at=None)
)


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    def for_email(self, canonical: str) -> PurchaseQuerySet:
        """Purchases whose buyer owns this mailbox now."""
        return self.filter(buyer__addresses__canonical=canonical, buyer__addresses__former_since=None)


class Purchase(Record):
    """One order in one store, as it was sold. Facts, not a status: `state` is derived from them."""

    # Without an index of its own, here and below: that of the unique constraint begins with it.
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="purchases", db_index=False)
    reference = models.CharField("order reference", max_length=200)
    buyer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="purchases"
    )
    ordered_at = models.DateTimeField()
    test = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When a trusted source said that it is so."
    )
    paid_at = models.DateTimeField(null=True, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)
    refunded_units = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: all of them.")
    disputed_at = models.DateTimeField(null=True, blank=True)
    won_at = models.DateTimeField(null=True, blank=True)
    newsletter_consent = models.BooleanField(null=True)
    complete = models.BooleanField(default=True, help_text="Off: told line by line, others may follow.")
    same_as = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="also_told_as",
        db_index=False,
        help_text="The same order as another shop tells it; that one counts.",
    )
    sold_digest = models.BinaryField(
        max_length=32,
        help_text="Keyed digest of what was sold to whom, to notice a later record that says otherwise.",
    )
    own_facts = models.JSONField(
        null=True,
        editable=False,
        help_text="What its own store said of its payment, where another's word on the same order counts, too.",
    )
    erased_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When somebody of this order was erased: of its people nothing is learned or compared since.",
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("addmany_purchase", "Can add as many licenses by hand within a day as a lead may")]
        constraints = [
            # A test order may have the number of a real one, and is never taken for it.
            models.UniqueConstraint(fields=["store", "reference", "test"], name="one_purchase_per_order"),
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")), name="no_purchase_is_told_as_itself"
            ),
            models.CheckConstraint(
                condition=Q(won_at=None) | Q(disputed_at__isnull=False), name="won_only_what_was_disputed"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="spoilt_purchases", condition=SPOILT),
            models.Index(fields=["same_as"], name="purchases_told_twice", condition=Q(same_as__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def state(self) -> PurchaseState:
        """What the facts add up to. Nothing that nobody confirmed is a fact; a dispute that was won is no dispute; a
        whole refund outweighs it."""
        if self.test:
            return PurchaseState.TEST
        if not self.confirmed_at:
            return PurchaseState.UNCONFIRMED
        if self.refunded_at and self.refunded_units is None:
            return PurchaseState.REFUNDED
        if self.disputed_at and not self.won_at:
            return PurchaseState.DISPUTED
        return PurchaseState.PAID if self.paid_at else PurchaseState.UNPAID


class PurchaseReference(Record):
    """Any other name that the world has for a purchase: transaction id, invoice number, …"""

    purchase = models.ForeignKey(
        Purchase, on_delete=models.CASCADE, related_name="references", db_index=False
    )
    kind = models.CharField(max_length=40)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "kind", "value"], name="a_reference_once_per_purchase"
            )
        ]
        indexes = [models.Index(fields=["value"], name="reference_by_value")]

    def __str__(self) -> str:
        return self.kind


class PurchaseRefund(Record):
    """Money back for some units. `reference` is the store's id of the refund; empty for a running total."""

    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="refunds", db_index=False)
    line = models.CharField(max_length=200, blank=True, help_text="Which line, as the store names it.")
    reference = models.CharField(max_length=200, blank=True)
    units = models.PositiveIntegerField()
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "line", "reference"], name="a_refund_once_per_purchase"
            )
        ]

    def __str__(self) -> str:
        return f"{self.units} refunded"


class PurchaseDispute(Record):
    """A dispute over an order's payment that its store named. Once there is one, what the store says of the order as a
    whole stands here, too, without a reference. `at` is empty for a win that names no dispute."""

    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="disputes", db_index=False)
    reference = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    won_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purchase", "reference"], name="a_dispute_once_per_purchase"),
            models.CheckConstraint(
                condition=Q(at__isnull=False) | Q(won_at__isnull=False), name="a_dispute_began_or_was_won"
            ),
        ]

    def __str__(self) -> str:
        return "a dispute"


class PurchaseLineQuerySet(models.QuerySet["PurchaseLine"]):
    def unplaced(self) -> PurchaseLineQuerySet:
        """Lines that wait for a mapping. Test orders, what nobody confirmed and what is told twice wait for none."""
        real = Q(purchase__test=False, purchase__confirmed_at__isnull=False, purchase__same_as=None)
        return self.filter(real, placed_at=None)


class PurchaseLine(Record):
    """What the store calls one thing that was sold. Unplaced while no mapping says what it means here."""

    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    product_ref = models.CharField(max_length=200)
    variant = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=300)
    quantity = models.PositiveIntegerField(default=1)
    receiver = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        help_text="Who gets its licenses.",
    )
    registered_name = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=200, blank=True, help_text="The store's own id of the line.")
    subscription_ref = models.CharField(max_length=200, blank=True)
    paid_until = models.DateTimeField(null=True, blank=True)
    sealed_code = models.BinaryField(
        null=True,
        blank=True,
        help_text="The code that came with an unplaced line, encrypted; moved to a key when placed.",
    )
    placed_at = models.DateTimeField(null=True, blank=True)

    objects = PurchaseLineQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "position"], name="one_line_per_position"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_positive"),
        ]
        indexes = [
            models.Index(
                fields=["product_ref", "variant"], name="unplaced_lines", condition=Q(placed_at=None)
            ),
            models.Index(fields=["id"], name="unplaced_by_age", condition=Q(placed_at=None)),
            models.Index(
                fields=["subscription_ref"], name="lines_of_subscriptions", condition=~Q(subscription_ref="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def owner_id(self) -> UUID | None:
        """Whose its licenses are, or will be. Where somebody of the order was erased, nobody takes their place."""
        return self.receiver_id or (None if self.purchase.erased_at else self.purchase.buyer_id)


class License(Record):
    """One unit: the right to run one edition. Its owner may be another than the buyer (a gift, a company)."""

    line = models.ForeignKey(PurchaseLine, on_delete=models.PROTECT, related_name="licenses", db_index=False)
    unit = models.PositiveIntegerField(default=1)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="licenses")
    owner = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="licenses"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    subscription_ref = models.CharField(max_length=200, blank=True)
    upgrade_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="upgrades", db_index=False
    )
    refunded_at = models.DateTimeField(
        null=True, blank=True, help_text="When this one unit of its order was paid back."
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "unit"], name="one_license_per_unit"),
            models.CheckConstraint(condition=Q(unit__gte=1), name="license_unit_positive"),
            models.CheckConstraint(
                condition=Q(upgrade_of=None) | ~Q(upgrade_of=F("id")), name="no_license_upgrades_itself"
            ),
        ]
        indexes = [
            models.Index(
                fields=["upgrade_of"], name="upgrades_of_a_license", condition=Q(upgrade_of__isnull=False)
            ),
            models.Index(fields=["id"], name="revoked_licenses", condition=Q(revoked_at__isnull=False)),
            models.Index(fields=["id"], name="refunded_licenses", condition=Q(refunded_at__isnull=False)),
            models.Index(
                fields=["subscription_ref"], name="licenses_subscribed", condition=~Q(subscription_ref="")
            ),
            models.Index(
                fields=["expires_at"], name="licenses_that_end", condition=Q(expires_at__isnull=False)
            ),
        ]

    def ended(self, *, now: datetime) -> bool:
        """Whether the license itself is over, whatever its purchase says."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)
