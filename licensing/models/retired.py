"""The published list of codes that no longer count."""

from django.db import models

from licensing.models.keys import RegistrationKey


class RetiredCode(models.Model):
    """That a key's code is, or was, on the list. `sequence` is that of its last change, for older lists."""

    key = models.OneToOneField(
        RegistrationKey, on_delete=models.CASCADE, primary_key=True, related_name="retired_code"
    )
    fingerprint = models.BinaryField(
        max_length=8, help_text="First 64 bits of the SHA-256 of the code's normal form."
    )
    listed = models.BooleanField(default=True)
    sequence = models.PositiveBigIntegerField(db_index=True)


class RetiredList(models.Model):
    """The list as it was last signed; there is one row. Whoever changes it locks it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.PositiveBigIntegerField(default=0)
    issued_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    document = models.BinaryField(default=b"")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of all that is listed.")
    signed_by = models.CharField(max_length=16, blank=True, help_text="Name of the key that signed it.")
    checked_at = models.DateTimeField(null=True, help_text="Until when the facts have been looked through.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_list")]
