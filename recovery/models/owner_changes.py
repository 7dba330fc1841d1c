"""Who receives keys is to change: a new address, two customers that are one, one that is two, a license handed on."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from licensing.models import Customer, License, Purchase
from licensing.models.base import Record
from recovery.models.requests import RecoveryRequest


class ChangeKind(models.TextChoices):
    ADDRESS = "address", "another address"
    MERGE = "merge", "two customers become one"
    SPLIT = "split", "one customer becomes two"
    REASSIGN = "reassign", "handed on to somebody else"


class ChangeState(models.TextChoices):
    UNPROVEN = "unproven", "new mailbox not proved yet"
    OPEN = "open", "support decides"
    WAITING = "waiting", "approved, not in effect yet"
    DONE = "done", "in effect"
    DECLINED = "declined", "declined"
    STOPPED = "stopped", "stopped"
    UNDONE = "undone", "undone"
    EXPIRED = "expired", "never proved"


class Ended(models.TextChoices):
    """Why a change was stopped."""

    NOT_ME = "not_me", "somebody concerned said that it was not them"
    OWNER_PROVED = "owner_proved", "the old mailbox was proved: its owner reads it"
    SUPPORT = "support", "support"
    OVERTAKEN = "overtaken", "what it was about has changed meanwhile"


RUNNING = [ChangeState.UNPROVEN, ChangeState.OPEN, ChangeState.WAITING]
PROVED_RUNNING = [ChangeState.OPEN, ChangeState.WAITING]
ENDED = [ChangeState.DECLINED, ChangeState.STOPPED, ChangeState.UNDONE, ChangeState.EXPIRED]
MOST_QUESTIONS = 3  # about one claim; whom these do not convince, no fourth does
WHOLE = [ChangeKind.ADDRESS, ChangeKind.MERGE, ChangeKind.SPLIT]  # of a customer, not of one thing they own


class OwnerChangeQuerySet(models.QuerySet["OwnerChange"]):
    def running(self) -> OwnerChangeQuerySet:
        """Neither in effect nor ended."""
        return self.filter(state__in=RUNNING)

    def undecided(self) -> OwnerChangeQuerySet:
        """Claims that wait for support: not those of which the customer was asked something, for as long as that is."""
        return self.filter(Q(awaits_until=None) | Q(awaits_until__lte=Now()), state=ChangeState.OPEN)

    def with_the_customer(self) -> OwnerChangeQuerySet:
        """Claims that wait for the answer to a question."""
        return self.filter(state=ChangeState.OPEN, awaits_until__gt=Now())

    def concerning(self, *customers: object) -> OwnerChangeQuerySet:
        """Those that take something from, or give something to, one of these customers."""
        return self.filter(Q(customer__in=customers) | Q(other__in=customers))


class OwnerChange(Record):
    """One change of who receives keys. `customer` is who has them before, `other` who gets them (not of an address).

    `claimed` is what the customer typed and was asked, sealed; `new_address` is canonical, and must be proved. `chosen`
    names what is to move, `moved` what did and how it was before, for the undo. `asked_by` is the support login, empty
    where the customer asked. Until `awaits_until` the answer to a question is waited for. Of a done change,
    `frozen_at` says since when its keys reach nobody, because somebody objected.
    """

    kind = models.CharField(max_length=8, choices=ChangeKind.choices)
    state = models.CharField(max_length=8, choices=ChangeState.choices)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="changes_from"
    )
    other = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="changes_to"
    )
    license = models.ForeignKey(
        License, on_delete=models.CASCADE, null=True, blank=True, related_name="owner_changes"
    )
    purchase = models.ForeignKey(
        Purchase, on_delete=models.CASCADE, null=True, blank=True, related_name="owner_changes"
    )
    request = models.ForeignKey(
        RecoveryRequest,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="owner_changes",
        help_text="The one that proves the new mailbox.",
    )
    new_address = models.CharField(max_length=320, blank=True)
    claimed = models.BinaryField(null=True, blank=True, help_text="What the customer typed, encrypted.")
    questions = models.PositiveSmallIntegerField(
        default=0, help_text="How many support has asked; they stand in what is encrypted."
    )
    awaits_until = models.DateTimeField(null=True, blank=True)
    chosen = models.JSONField(default=dict, blank=True)
    moved = models.JSONField(default=dict, blank=True)
    browser_digest = models.BinaryField(
        max_length=32, null=True, help_text="Of the browser that proved the new mailbox."
    )
    asked_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    proved_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)
    shortened_by = models.CharField(max_length=150, blank=True)
    shortened_reason = models.CharField(max_length=300, blank=True)
    confirmed_by = models.CharField(
        max_length=150, blank=True, help_text="The lead who let it take effect although nobody could be told."
    )
    confirmed_reason = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=12, choices=Ended.choices, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)

    objects = OwnerChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "change of owner"
        verbose_name_plural = "changes of owner"
        ordering = ["-id"]
        permissions = [
            (
                "shorten_ownerchange",
                "Can shorten the waiting period of a change of owner, and confirm one of which nobody could be told",
            ),
            ("undo_ownerchange", "Can undo a change of owner, or let a disputed one stand"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["new_address"],
                condition=Q(state__in=["open", "waiting"]) & ~Q(new_address=""),
                name="one_running_change_per_new_address",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(
                    state__in=["unproven", "open", "waiting"], kind__in=["address", "merge", "split"]
                ),
                name="one_running_change_per_customer",
            ),
            models.UniqueConstraint(
                fields=["license"],
                condition=Q(state__in=["unproven", "open", "waiting"]),
                name="one_running_change_per_license",
            ),
            models.UniqueConstraint(
                fields=["purchase"],
                condition=Q(state__in=["unproven", "open", "waiting"]),
                name="one_running_change_per_purchase",
            ),
            models.CheckConstraint(
                condition=Q(other=None) | Q(customer=None) | ~Q(other=F("customer")),
                name="no_customer_changes_into_itself",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "done", "undone"])
                | (Q(customer__isnull=False, effective_at__isnull=False, decided_at__isnull=False)),
                name="approved_changes_have_their_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "waiting", "done"])
                | Q(new_address="")
                | Q(proved_at__isnull=False),
                name="no_new_address_without_proof",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "undone"], done_at__isnull=False)
                | (~Q(state__in=["done", "undone"]) & Q(done_at=None)),
                name="changes_in_effect_have_a_date",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["declined", "stopped", "undone", "expired"], ended_at__isnull=False)
                | (~Q(state__in=["declined", "stopped", "undone", "expired"]) & Q(ended_at=None)),
                name="ended_changes_have_a_date",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at=None) | Q(state="done"), name="only_what_is_in_effect_is_frozen"
            ),
            models.CheckConstraint(
                condition=Q(kind="address") & ~Q(new_address="") | ~Q(kind="address") & Q(claimed=None),
                name="an_address_change_has_an_address",
            ),
            models.CheckConstraint(
                condition=Q(questions__lte=MOST_QUESTIONS), name="at_most_three_questions_about_a_claim"
            ),
            models.CheckConstraint(
                condition=Q(awaits_until=None) | Q(state="open", questions__gte=1),
                name="only_undecided_claims_wait_for_an_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["frozen_at"], name="disputed_owner_changes", condition=Q(frozen_at__isnull=False)
            ),
            models.Index(fields=["effective_at"], name="owner_changes_due", condition=Q(state="waiting")),
            models.Index(
                fields=["browser_digest"],
                name="owner_changes_of_browser",
                condition=Q(browser_digest__isnull=False),
            ),
            models.Index(
                fields=["state", "id"],
                name="running_owner_changes",
                condition=Q(state__in=["unproven", "open", "waiting"]),
            ),
        ]

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING


def is_with_customer(change: OwnerChange, *, now: datetime) -> bool:
    """Whether support waits for the customer's answer about it."""
    return change.state == ChangeState.OPEN and change.awaits_until is not None and change.awaits_until > now
