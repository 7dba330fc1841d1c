"""What the vendor sells, and what each store's product names mean."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from licensing.keys.code import FORMS
from licensing.models.base import Record


class Platform(models.TextChoices):
    WINDOWS = "windows", "Windows"
    MACOS = "macos", "Mac"
    LINUX = "linux", "Linux"
    ANY = "any", "any platform"


class KeySource(models.TextChoices):
    POOL = "pool", "codes loaded by the vendor"
    PATTERN = "pattern", "made from a pattern"
    SIGNED = "signed", "signed license document"
    REMOTE = "remote", "the vendor's own generator"


class Product(Record):
    """A software title, with its exchange policy (Windows to Mac and back)."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    exchange_allowed = models.BooleanField(
        "may move to another platform",
        default=True,
        help_text="Off: customers see no button; support can still move a license, with a reason.",
    )
    exchanges_per_period = models.PositiveSmallIntegerField(
        "moves in a period",
        default=2,
        help_text="How often one license may move by itself within the period.",
    )
    exchange_period_days = models.PositiveSmallIntegerField(
        "period, days", default=365, help_text="Counted back from the moment of the move."
    )
    exchange_cooldown_days = models.PositiveSmallIntegerField(
        "days between moves", default=30, help_text="0: a license may move again at once."
    )
    exchange_window_days = models.PositiveSmallIntegerField(
        "days after the purchase",
        null=True,
        blank=True,
        help_text="Days after the purchase in which a license may move; empty: always.",
    )
    exchange_grace_days = models.PositiveSmallIntegerField(
        "grace period, days",
        default=14,
        help_text="How long the old code stays valid after a move, and the move can be undone; 0: not at all.",
    )
    exchange_needs_approval = models.BooleanField(
        "support approves each move",
        default=False,
        help_text="Customers ask, support decides, and the answer goes out by mail.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Edition(Record):
    """A product, in a version, on one platform (or any)."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="editions")
    sku = models.CharField("SKU", max_length=80, unique=True)
    version = models.CharField(max_length=40, blank=True)
    platform = models.CharField(max_length=10, choices=Platform.choices)
    download_url = models.URLField(max_length=500, blank=True)
    activation_help = models.TextField(
        blank=True, help_text="How the code is entered; shown with it, plain text."
    )
    code_form = models.CharField(
        max_length=10,
        choices=[(form, form) for form in FORMS],
        default="spaced",
        help_text="How two spellings of one code are recognised as the same.",
    )
    exchange_line = models.CharField(
        "moves between",
        max_length=40,
        blank=True,
        help_text="Editions of one product with the same word here stand for each other on their platforms; "
        "empty: those of the same version do.",
    )
    key_source = models.CharField(max_length=10, choices=KeySource.choices, default=KeySource.POOL)
    key_source_options = models.JSONField(default=dict, blank=True)
    checks_retired_list = models.BooleanField(
        "its application checks the retired list",
        default=False,
        help_text="Customers are told that a moved code stops working, and its fingerprint is published.",
    )
    low_stock_level = models.PositiveIntegerField(
        default=10, help_text="Support gets a mail when fewer codes than this are left in the pool; 0: never."
    )
    stocked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When codes were last loaded into its pool."
    )
    low_stock_told_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "exchange_line", "platform"],
                condition=~Q(exchange_line=""),
                name="one_edition_per_line_and_platform",
            ),
            models.UniqueConstraint(
                fields=["product", "version", "platform"], name="one_edition_per_platform"
            ),
            models.CheckConstraint(condition=Q(platform__in=Platform.values), name="edition_platform_known"),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} {self.version}".strip() + f" ({self.get_platform_display()})"


class Store(Record):
    """One account at one payment processor or shop: two shops of a kind may both have an order 1001."""

    name = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200, blank=True, help_text="What a customer knows the shop as.")
    kind = models.CharField(max_length=40)
    statement_name = models.CharField(
        max_length=100,
        blank=True,
        help_text="The name on a card statement, so that customers recognise the shop.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.title or self.name


class MappingQuerySet(models.QuerySet["Mapping"]):
    def valid_at(self, when: datetime) -> MappingQuerySet:
        """The mappings that say what was sold at that moment."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=when), Q(valid_until=None) | Q(valid_until__gt=when)
        )


class Mapping(Record):
    """What a store's (product id, variant) means here, from one day to another: SKUs are reused over the years."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="mappings")
    product_ref = models.CharField("product id in the store", max_length=200)
    variant = models.CharField(max_length=200, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)

    objects = MappingQuerySet.as_manager()

    class Meta:
        ordering = ["product_ref", "variant", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "product_ref", "variant", "valid_from"], name="one_mapping_per_start"
            ),
            models.UniqueConstraint(
                fields=["store", "product_ref", "variant"],
                condition=Q(valid_from=None),
                name="one_mapping_from_the_beginning",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gt=models.F("valid_from")),
                name="mapping_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store.name}: {self.product_ref} {self.variant}".strip()


class MappingItem(Record):
    """One edition that a mapping hands out, and how many of it for each unit sold (bundles have several)."""

    mapping = models.ForeignKey(Mapping, on_delete=models.CASCADE, related_name="items")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mapping", "edition"], name="an_edition_once_per_mapping"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="mapping_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.edition}"
