"""Registration keys, and which license each of them serves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from licensing.models.base import Record
from licensing.models.catalog import Edition
from licensing.models.sales import License


class KeyState(models.TextChoices):
    POOL = "pool", "waiting in the pool"
    SERVING = "serving", "serving licenses"
    RETIRED = "retired", "retired"


class RegistrationKey(Record):
    """A code (text, or a licence file) for 1 seat, for N, or for all buyers of an edition.

    `sealed` is the code under the vault's encryption, bound to this row by its id. It is found again by the keyed
    fingerprint of its normal form; two slots, so that the fingerprint key can be rotated while the service runs.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="keys")
    state = models.CharField(max_length=8, choices=KeyState.choices, default=KeyState.POOL)
    sealed = models.BinaryField(help_text="The code or file, encrypted.")
    fingerprint_a = models.BinaryField(max_length=32, null=True)
    fingerprint_b = models.BinaryField(max_length=32, null=True)
    tail = models.CharField(
        max_length=8, blank=True, help_text="Last characters, for support to tell codes apart."
    )
    registered_name = models.CharField(max_length=300, blank=True)
    file_name = models.CharField(max_length=200, blank=True, help_text="Set when the key is a licence file.")
    content_type = models.CharField(max_length=100, blank=True)
    seats = models.PositiveIntegerField(
        null=True, blank=True, default=1, help_text="Empty: serves all buyers."
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Beginning with the fingerprint, their indexes also find a code whose edition nobody knows; an empty
            # slot is not in them.
            models.UniqueConstraint(
                fields=["fingerprint_a", "edition"],
                condition=Q(fingerprint_a__isnull=False),
                name="one_code_per_edition_a",
            ),
            models.UniqueConstraint(
                fields=["fingerprint_b", "edition"],
                condition=Q(fingerprint_b__isnull=False),
                name="one_code_per_edition_b",
            ),
            models.CheckConstraint(
                condition=Q(fingerprint_a__isnull=False) | Q(fingerprint_b__isnull=False),
                name="key_can_be_found",
            ),
            models.CheckConstraint(condition=Q(seats=None) | Q(seats__gte=1), name="key_seats_positive"),
            models.CheckConstraint(
                condition=Q(state=KeyState.RETIRED, retired_at__isnull=False)
                | (~Q(state=KeyState.RETIRED) & Q(retired_at=None)),
                name="retired_keys_have_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["edition"], name="shared_codes", condition=Q(seats=None)),
            models.Index(fields=["edition", "id"], name="pool_by_age", condition=Q(state=KeyState.POOL)),
            models.Index(fields=["tail"], name="key_by_tail"),
        ]

    @property
    def identity(self) -> str:
        """What the encryption binds the code to, so that a value moved to another row does not decrypt."""
        return key_identity(self.id)


def key_identity(key_id: UUID | str) -> str:
    return f"key:{key_id}"


class KeyAssignmentQuerySet(models.QuerySet["KeyAssignment"]):
    def open(self) -> KeyAssignmentQuerySet:
        return self.filter(ends_at=None)

    def serving(self, *, now: datetime) -> KeyAssignmentQuerySet:
        """Open ones, and those in their grace period."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now))


class KeyAssignment(Record):
    """This key serves this license from … until …, replaced by …. A license's chain of these is its history.

    A trigger (migration 0002) refuses a seat beyond the key's seats, and a retired key.
    """

    key = models.ForeignKey(RegistrationKey, on_delete=models.PROTECT, related_name="assignments")
    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="assignments")
    seat = models.PositiveIntegerField(
        null=True, blank=True, help_text="1 to the key's seats; empty: it serves all."
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=100, blank=True)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces"
    )

    objects = KeyAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["license"], condition=Q(ends_at=None), name="one_open_assignment_per_license"
            ),
            models.UniqueConstraint(
                fields=["key", "seat"], condition=Q(ends_at=None), name="one_open_assignment_per_seat"
            ),
            models.CheckConstraint(condition=Q(seat=None) | Q(seat__gte=1), name="seat_positive"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="assignment_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="assignments_ended", condition=Q(ends_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"a key since {self.starts_at:%Y-%m-%d}"
