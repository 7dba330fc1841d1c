"""Somebody asks for their keys, and proves that they read the mailbox."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from licensing.models.base import Record

CODE_TRIES = 5
CHALLENGE_LIFE = timedelta(minutes=10)  # ASVS 5.0, 6.5.5
VIEW_LIFE = timedelta(minutes=30)


class Origin(models.TextChoices):
    PAGE = "page", "the request page"
    LINK = "link", "a link in a mail of ours"
    CLAIM = "claim", "the page for a changed address"
    SERVICE = "service", "nobody asked: something was completed"
    SUPPORT = "support", "support, for the customer"


class RecoveryRequestQuerySet(models.QuerySet["RecoveryRequest"]):
    def for_keys(self) -> RecoveryRequestQuerySet:
        """Those that ask for keys. The others prove a new mailbox, which opens nothing."""
        return self.exclude(origin=Origin.CLAIM)

    def with_open_view(self) -> RecoveryRequestQuerySet:
        return self.for_keys().filter(view_ends_at__gt=Now())


class RecoveryRequest(Record):
    """Somebody asks, with an email address, to get their keys back.

    `mailbox`, `network` and `wider_network` are keyed digests, for counting only. `browser_digest` is the hash of the
    cookie of the browser that asked (the only one in which the code works), `view_digest` that of the browser that
    proved.
    """

    address = models.CharField(max_length=320, help_text="What was typed, in canonical form.")
    mailbox = models.BinaryField(max_length=16, help_text="Keyed digest of the address.")
    network = models.BinaryField(max_length=16)
    wider_network = models.BinaryField(
        max_length=16, null=True, help_text="None: asked before it was counted."
    )
    browser_digest = models.BinaryField(max_length=32)
    origin = models.CharField(max_length=7, choices=Origin.choices, default=Origin.PAGE)
    language = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    verified_at = models.DateTimeField(null=True, blank=True)
    view_digest = models.BinaryField(max_length=32, null=True, unique=True)
    view_ends_at = models.DateTimeField(null=True, blank=True)

    objects = RecoveryRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["mailbox", "id"], name="requests_of_mailbox")]
        constraints = [
            models.CheckConstraint(
                condition=Q(view_digest=None) | Q(verified_at__isnull=False, view_ends_at__isnull=False),
                name="only_the_verified_have_a_view",
            )
        ]


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def live(self) -> ChallengeQuerySet:
        """Neither used nor expired, by the database's clock."""
        return self.filter(consumed_at=None, expires_at__gt=Now())

    def count_a_try(self) -> int:
        """Take one try at the codes of these challenges; the database refuses a sixth."""
        return self.update(tries=F("tries") + 1)


class Challenge(Record):
    """The proof of reading a mailbox: a link and a code, both derived from `nonce` and `mint`, see `tokens.py`.

    One row for each mint: a mail that had to wait beyond its challenge's life gets a fresh one, and the earlier one,
    which may already lie in the mailbox, lives until its own expiry.
    """

    request = models.ForeignKey(RecoveryRequest, on_delete=models.CASCADE, related_name="challenges")
    mint = models.PositiveSmallIntegerField()
    nonce = models.BinaryField(max_length=16)
    minted_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    consumed_at = models.DateTimeField(null=True, blank=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["mint"]
        constraints = [
            models.UniqueConstraint(fields=["request", "mint"], name="one_challenge_per_mint"),
            models.CheckConstraint(condition=Q(tries__lte=CODE_TRIES), name="at_most_five_tries"),
        ]

    @property
    def material(self) -> bytes:
        """What link and code are derived from, beside our secret and the row's id."""
        return bytes(self.nonce) + self.mint.to_bytes(2, "big")
