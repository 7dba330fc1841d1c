"""Keys that this service makes for itself, so that what they protect can be destroyed apart from everything else."""

from django.db import models
from django.db.models.functions import Now


class StoredKey(models.Model):
    """32 random octets, sealed by the vault, for one purpose: `name` says which (`customer:…`, `audit-chain`, …)."""

    name = models.CharField(max_length=60, primary_key=True)
    sealed = models.BinaryField(help_text="The key, encrypted.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]

    @property
    def identity(self) -> str:
        return stored_identity(self.name)


def stored_identity(name: str) -> str:
    return f"stored:{name}"
