"""Keys of the vendor's own systems: what each may do, for how long, and how often."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from licensing.models.base import Record


class Scope(models.TextChoices):
    """What a key may do. None of them answers a registration code."""

    PURCHASES_READ = "purchases:read", "see purchases and licenses"
    PURCHASES_WRITE = "purchases:write", "add purchases, mark refunds, end licenses"
    KEYS_WRITE = "keys:write", "load registration keys into pools"
    CUSTOMERS_READ = "customers:read", "see names and addresses of customers"
    CUSTOMERS_ERASE = "customers:erase", "erase customers"
    EXCHANGES_READ = "exchanges:read", "see moves and replaced keys"
    EXCHANGES_WRITE = "exchanges:write", "move licenses, replace leaked keys, decide moves"
    MESSAGES_READ = "messages:read", "see what became of mails"
    EVENTS_READ = "events:read", "see what shops notified"
    FIGURES_READ = "figures:read", "see the figures by day"


class ApiKey(Record):
    """One key. `digest` is all that is kept of it: plain SHA-256, since 190 random bits need no key and no salt.

    `scopes` are words with spaces between them. `made_by`, `approved_by` and `revoked_by` are logins; a key that no
    second person approved has none in `approved_by`.
    """

    name = models.SlugField(max_length=60, unique=True)
    digest = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(
        "begins with", max_length=12, help_text="Its first characters, to tell keys apart."
    )
    scopes = models.CharField(max_length=300)
    per_minute = models.PositiveIntegerField("calls a minute", default=120)
    made_by = models.CharField(max_length=150)
    approved_by = models.CharField(max_length=150, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = "API key"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(scopes=""), name="api_keys_may_do_something"),
            models.CheckConstraint(condition=Q(per_minute__gte=1), name="api_keys_may_call"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="api_keys_end_after_they_begin"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="somebody_revoked_the_api_key",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def caller(self) -> str:
        """Who did it, where others are named by their login; no login has a colon."""
        return f"api:{self.name}"

    @property
    def allowed(self) -> frozenset[str]:
        return frozenset(self.scopes.split())

    def is_over(self, *, now: datetime) -> bool:
        return self.revoked_at is not None or self.expires_at <= now
