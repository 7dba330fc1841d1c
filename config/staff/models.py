"""What is kept about sign-ins, besides Django's accounts and sessions and allauth's second factors."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


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
