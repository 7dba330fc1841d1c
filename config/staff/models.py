"""What is kept about sign-ins, besides Django's accounts and sessions and allauth's second factors."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from licensing.models.base import Record


class Invitation(models.Model):
    """A link by which one person sets a password, once. Only its digest is kept: the link itself was shown once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class SignIn(models.Model):
    """One browser that somebody signed in with: what its owner and an administrator are shown of it.

    Kept for a while after its end: from a network somebody signed in from before, others cannot lock them out.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=60)
    network = models.CharField(max_length=50)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-seen_at"]
        indexes = [models.Index(fields=["user", "network"], name="staff_known_network")]


class TotpStep(models.Model):
    """The latest time step whose code an authenticator app was used with: none counts twice (RFC 6238, 5.2)."""

    authenticator = models.OneToOneField("mfa.Authenticator", on_delete=models.CASCADE, primary_key=True)
    step = models.BigIntegerField()


class ApprovalState(models.TextChoices):
    WAITING = "waiting", "waits for somebody"
    GIVEN = "given", "approved"
    DECLINED = "declined", "declined"
    USED = "used", "approved and done"
    LAPSED = "lapsed", "lapsed"


class Approval(Record):
    """A deed that somebody wants to do and a second person has to agree to. `digest` says which deed exactly."""

    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=100)
    method = models.CharField(max_length=4)
    address = models.TextField(help_text="Path and query.")
    fields = models.JSONField(default=list, help_text="What the form sends: names, each with its values.")
    digest = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="asked_approvals"
    )
    asked_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ApprovalState.choices, default=ApprovalState.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="decided_approvals"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("decide_approval", "Can approve what somebody else wants to do")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="somebody_else_decides"
            ),
            models.UniqueConstraint(
                fields=["asked_by", "digest"],
                condition=Q(state=ApprovalState.WAITING),
                name="a_deed_is_asked_for_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title
