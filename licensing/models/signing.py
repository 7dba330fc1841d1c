"""Ed25519 keys that this service signs with: license documents, and the list of retired codes."""

from django.db import models
from django.db.models import Q

from licensing.models.base import Record


class SigningPurpose(models.TextChoices):
    LICENSES = "licenses", "license documents"
    RETIRED = "retired", "the list of retired codes"


class SigningKey(Record):
    """A key pair (RFC 8032). The private half is sealed by the vault, bound to this row; the public half is printed
    for the vendor's applications, which know it by `name`. The oldest that is not withdrawn signs."""

    name = models.CharField(
        max_length=16, unique=True, help_text="First 16 hex digits of the public key's SHA-256."
    )
    purpose = models.CharField(max_length=8, choices=SigningPurpose.choices)
    public = models.BinaryField(max_length=32)
    sealed = models.BinaryField(help_text="The private key, encrypted.")
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["purpose", "-id"], name="signing_now", condition=Q(withdrawn_at=None))
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def identity(self) -> str:
        return f"signing:{self.id}"
