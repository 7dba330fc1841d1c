"""A license moves to another platform, or gets another code for one that leaked."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from licensing.models import Edition, KeyAssignment, License
from licensing.models.base import Record
from recovery.models.messages import Message
from recovery.models.requests import RecoveryRequest


class ExchangeKind(models.TextChoices):
    MOVE = "move", "to another platform"
    LEAKED = "leaked", "replaced key"


class ExchangeState(models.TextChoices):
    ASKED = "asked", "support decides"
    WAITING = "waiting", "waiting for a key"
    DONE = "done", "done"
    UNDONE = "undone", "undone"
    DECLINED = "declined", "declined"
    CANCELLED = "cancelled", "no longer possible"


OPEN_STATES = [ExchangeState.ASKED, ExchangeState.WAITING]


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    def running(self) -> ExchangeQuerySet:
        """Asked for, and neither done nor ended."""
        return self.filter(state__in=OPEN_STATES)

    def counted(self) -> ExchangeQuerySet:
        """Moves that use up the policy's count: those done, also where they were undone later."""
        return self.filter(kind=ExchangeKind.MOVE, completed_at__isnull=False)


class Exchange(Record):
    """One license goes from one edition's key to another's. The old assignment ends when its grace period does.

    `policy` is the policy as it was applied, and the decision's reason; `by` the support login that did or decided it
    (empty: the customer, by the rules alone), `reason` what they gave for it.
    """

    kind = models.CharField(max_length=6, choices=ExchangeKind.choices, default=ExchangeKind.MOVE)
    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="exchanges")
    from_edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    to_edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=ExchangeState.choices)
    request = models.ForeignKey(
        RecoveryRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="exchanges"
    )
    from_assignment = models.ForeignKey(
        KeyAssignment,
        on_delete=models.PROTECT,
        related_name="left_by",
        help_text="What served the license before.",
    )
    to_assignment = models.OneToOneField(
        KeyAssignment, on_delete=models.PROTECT, null=True, blank=True, related_name="came_by"
    )
    policy = models.JSONField(default=dict)
    by = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    completed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(
        max_length=150, blank=True, help_text="The support login; empty: the customer."
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was declined or cancelled.")
    old_key_until = models.DateTimeField(null=True, blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = "move"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["license"],
                condition=Q(state__in=["asked", "waiting"]),
                name="one_open_exchange_per_license",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["done", "undone"], completed_at__isnull=False, to_assignment__isnull=False
                )
                | Q(
                    state__in=["asked", "waiting", "declined", "cancelled"],
                    completed_at=None,
                    to_assignment=None,
                ),
                name="an_exchange_has_both_keys_when_done",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False)
                | (~Q(state="undone") & Q(undone_at=None)),
                name="undone_exchanges_have_a_date",
            ),
            models.CheckConstraint(
                condition=Q(kind="move") & ~Q(to_edition=F("from_edition"))
                | Q(kind="leaked", to_edition=F("from_edition")),
                name="a_move_changes_the_edition",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "id"], name="open_exchanges", condition=Q(state__in=["asked", "waiting"])
            ),
            models.Index(
                fields=["completed_at"], name="exchanges_done", condition=Q(completed_at__isnull=False)
            ),
        ]

    @property
    def is_running(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def counts(self) -> bool:
        """Whether it uses up the policy's count, as `counted`."""
        return self.kind == ExchangeKind.MOVE and self.completed_at is not None

    @property
    def question(self) -> ExchangeNote | None:
        """What support asks, while it is the customer's turn."""
        latest = list(self.notes.all())[-1:]
        asks = self.state == ExchangeState.ASKED and latest and latest[0].author == NoteAuthor.SUPPORT
        return latest[0] if asks else None

    def may_be_undone(self, serving: KeyAssignment, *, now: datetime) -> bool:
        """Whether this move is what put the license where it is, and its grace period lasts."""
        return (
            self.kind == ExchangeKind.MOVE
            and self.state == ExchangeState.DONE
            and self.to_assignment_id == serving.pk
            and self.old_key_until is not None
            and now < self.old_key_until
        )


class NoteAuthor(models.TextChoices):
    CUSTOMER = "customer", "the customer"
    SUPPORT = "support", "support"


class ExchangeNote(Record):
    """What customer and support wrote to each other about an exchange that needs a person."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="notes")
    author = models.CharField(max_length=8, choices=NoteAuthor.choices)
    by = models.CharField(max_length=150, blank=True)
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "note about a move"
        verbose_name_plural = "notes about moves"
        ordering = ["id"]


class ExchangeMail(models.Model):
    """Which mail told of which step. One mail may tell of several licenses that moved at once; a step has one mail."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="mails")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="exchanges")
    step = models.CharField(max_length=60, help_text="The mail's kind; of a question, with its note's id.")

    class Meta:
        verbose_name = "mail about a move"
        verbose_name_plural = "mails about moves"
        constraints = [models.UniqueConstraint(fields=["exchange", "step"], name="one_mail_per_step")]
