"""The outbox: a mail that must go out is a row here, written in the same transaction as what it reports."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from licensing.models import KeyAsk
from licensing.models.base import Record
from recovery.models.requests import RecoveryRequest
from recovery.models.wordings import Wording


class MessageKind(models.TextChoices):
    CHALLENGE = "challenge", "proof of the mailbox"
    KEYS = "keys", "the keys"
    MUTED = "muted", "requests are muted"
    REPLACEMENT = "replacement", "the new key"
    UNDONE = "undone", "a move was undone"
    DECLINED = "declined", "a move was declined"
    QUESTION = "question", "support asks back"
    PROMISED = "promised", "the key that a shop was promised"
    CLAIM = "claim", "proof of a new mailbox"
    NOTICE = "notice", "notice of a change of owner"
    OUTCOME = "outcome", "what became of a change of owner"
    ASKED = "asked", "support asks about a claim"
    ALERT = "alert", "an alert to support"
    TEST = "test", "a text on trial, to who wrote it"


class MessageState(models.TextChoices):
    WAITING = "waiting", "waiting"
    SENDING = "sending", "being sent"
    ACCEPTED = "accepted", "accepted by the receiving server"
    REFUSED = "refused", "refused by the receiving server"
    WITHHELD = "withheld", "not sent"


class Withheld(models.TextChoices):
    MAILBOX = "mailbox", "too many to this mailbox"
    NETWORK = "network", "too many from this network"
    OVERALL = "overall", "too many overall"
    MUTED = "muted", "muted by the mailbox's owner"
    OVERTAKEN = "overtaken", "no longer wanted"


class Message(Record):
    """A promise to send one mail, and what became of it.

    `attempts` counts those begun. `mint` is the challenge the mail carries now (0 for mails without one); row and
    mint make the Message-ID. A row that stays `sending` beyond its lease is an attempt whose end nobody saw.
    """

    kind = models.CharField(max_length=12, choices=MessageKind.choices)
    request = models.ForeignKey(RecoveryRequest, on_delete=models.CASCADE, null=True, related_name="messages")
    ask = models.ForeignKey(
        KeyAsk,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mails",
        db_index=False,
        help_text="The shop's request whose key was promised by mail.",
    )
    wording = models.ForeignKey(
        Wording,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="The text that is on trial.",
    )
    change = models.ForeignKey(
        "recovery.OwnerChange",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mails",
        db_index=False,
        help_text="The change of owner that it tells of.",
    )
    about = models.CharField(
        max_length=255,
        blank=True,
        help_text="What it is about, in words of ours, or whose test it is; never an address.",
    )
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.WAITING)
    withheld_because = models.CharField(max_length=10, choices=Withheld.choices, blank=True)
    template = models.CharField(max_length=20, blank=True, help_text="What it was composed as.")
    allowed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was counted against the limits."
    )
    due_at = models.DateTimeField(db_default=Now())
    lease_owner = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    ambiguous = models.PositiveSmallIntegerField(default=0, help_text="Attempts whose end nobody saw.")
    attempt_at = models.DateTimeField(null=True, blank=True)
    mint = models.PositiveSmallIntegerField(default=0)
    reply = models.CharField(max_length=500, blank=True, help_text="The receiving server's last words.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outbox_due",
                condition=Q(state__in=[MessageState.WAITING, MessageState.SENDING]),
            ),
            models.Index(
                fields=["lease_owner"], name="outbox_leased", condition=Q(lease_owner__isnull=False)
            ),
            models.Index(fields=["change"], name="mails_of_owner_changes", condition=Q(change__isnull=False)),
            models.Index(
                fields=["state", "id"],
                name="mail_not_sent",
                condition=Q(state__in=[MessageState.REFUSED, MessageState.WITHHELD]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[MessageKind.ALERT, MessageKind.TEST]) | Q(request__isnull=False),
                name="only_alerts_without_request",
            ),
            models.CheckConstraint(
                condition=Q(kind=MessageKind.TEST, wording__isnull=False, request=None)
                | ~Q(kind=MessageKind.TEST) & Q(wording=None),
                name="only_tests_name_a_text",
            ),
            # It is the index of that reference, too.
            models.UniqueConstraint(
                fields=["ask"], name="one_mail_per_promised_key", condition=Q(ask__isnull=False)
            ),
            models.CheckConstraint(
                condition=~Q(kind=MessageKind.PROMISED) | Q(ask__isnull=False),
                name="promised_keys_name_their_ask",
            ),
        ]


class AttemptOutcome(models.TextChoices):
    DEFERRED = "deferred", "put off"
    REFUSED = "refused", "refused"
    AMBIGUOUS = "ambiguous", "end not seen"


class MailAttempt(Record):
    """An attempt that did not end in acceptance; the one that did stands in its Message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="failed_attempts")
    number = models.PositiveSmallIntegerField()
    mint = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=9, choices=AttemptOutcome.choices)
    stage = models.CharField(max_length=12, blank=True)
    reply = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["number", "id"]
