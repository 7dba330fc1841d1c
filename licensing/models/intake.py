"""Files on their way in, and what needs a person."""

from django.db import models
from django.db.models import Q

from licensing.models.base import Record
from licensing.models.catalog import Store
from licensing.models.customers import Customer
from licensing.models.sales import Purchase


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "waits for you"
    STAGING = "staging", "being read"
    STAGED = "staged", "read and checked"
    APPLYING = "applying", "being applied"
    APPLIED = "applied", "applied"
    FAILED = "failed", "could not be read"


class ImportRun(Record):
    """One file. It is read and checked to its end before anything of it is applied, and can be resumed.

    One that was uploaded waits in parts (`ImportPart`), and whoever works on it holds a lease.
    """

    store = models.ForeignKey(
        Store,
        on_delete=models.PROTECT,
        related_name="imports",
        null=True,
        help_text="Empty: uploaded, and nobody has said of which shop it is.",
    )
    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=300)
    encoding = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.STAGING)
    dry_run = models.BooleanField(default=False)
    rows = models.PositiveIntegerField(default=0)
    applied_rows = models.PositiveIntegerField(default=0)
    cards_removed = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict, blank=True, help_text="Rows by outcome.")
    problem = models.CharField(max_length=500, blank=True)
    columns = models.JSONField(default=dict, blank=True, help_text="Of a mapped file: what each column is.")
    with_editions = models.BooleanField(default=False)
    uploaded = models.BooleanField(default=False)
    size = models.PositiveBigIntegerField(default=0, help_text="Octets.")
    position = models.PositiveBigIntegerField(default=0, help_text="Octets read so far.")
    reached = models.PositiveIntegerField(
        default=0, help_text="The row that was read last; in a dry run, tried last."
    )
    paused = models.BooleanField(default=False)
    samples = models.JSONField(default=list, blank=True, help_text="What would become of the first rows.")
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    @property
    def shop(self) -> Store:
        """The store, once it is known: a file that is read or applied always has one."""
        if self.store is None:
            raise ValueError(f"nobody has said of which shop {self.file_name!r} is")
        return self.store


class ImportPart(models.Model):
    """A piece of an uploaded file, encrypted; gone as soon as what was read of it is put on file, or is discarded."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="a_part_once_per_run")]


class ColumnMap(Record):
    """What the columns of a store's own kind of file are, said once and used again."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="column_maps", db_index=False)
    title = models.CharField(max_length=100)
    columns = models.JSONField(default=dict, help_text="Field of ours -> column of the file.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["store", "title"], name="one_map_per_title")]

    def __str__(self) -> str:
        return self.title


class RowOutcome(models.TextChoices):
    STAGED = "staged", "checked"
    NEW = "new", "new"
    UPDATED = "updated", "updated"
    UNCHANGED = "unchanged", "unchanged"
    REFUNDED = "refunded", "refunded"
    UNPLACED = "unplaced", "no mapping"
    REJECTED = "rejected", "rejected"
    NEEDS_PERSON = "needs_person", "needs a person"
    NO_ORDER = "no_order", "its order is not on file"
    UNCONFIRMED = "unconfirmed", "not confirmed"


class ImportRow(models.Model):
    """One row of a file, in staging. Its payload is encrypted, and emptied as soon as the row is applied."""

    id = models.BigAutoField(primary_key=True)
    # The unique constraint's index begins with it: one of its own would only slow staging down.
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="staged", db_index=False)
    number = models.PositiveIntegerField(help_text="The record's number in the file; the header is 1.")
    outcome = models.CharField(max_length=12, choices=RowOutcome.choices, default=RowOutcome.STAGED)
    column = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    payload = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="a_row_once_per_run")]


class CaseKind(models.TextChoices):
    CONTRADICTION = "contradiction", "an order contradicts what is on file"
    KEY_OWNED = "key_owned", "a code came with a second order"
    GENERATOR = "generator", "a generator gave no key"
    EXCHANGE = "exchange", "an exchange beyond policy"
    ADDRESS = "address", "a changed address"
    SAME_ORDER = "same_order", "one order in two shops"
    SAME_PERSON = "same_person", "one person under two addresses"


class Case(Record):
    """Something that needs a person. `detail` names what differs, never a code."""

    kind = models.CharField(max_length=20, choices=CaseKind.choices)
    purchase = models.ForeignKey(
        Purchase, on_delete=models.CASCADE, null=True, blank=True, related_name="cases"
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="cases"
    )
    digest = models.BinaryField(
        max_length=32, help_text="Keyed digest of the cause, so that a repeat opens no second."
    )
    detail = models.JSONField(default=dict)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "purchase", "digest"], name="one_case_per_cause"),
            # Of two orders or people, whichever of them it is filed under; also once it is closed.
            models.UniqueConstraint(
                fields=["kind", "digest"],
                condition=Q(kind__in=["same_order", "same_person"]),
                name="one_case_per_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="open_cases", condition=Q(closed_at=None)),
            models.Index(fields=["kind", "id"], name="open_cases_by_kind", condition=Q(closed_at=None)),
        ]
