"""When a worker last did anything: its only sign of life that a web process can see."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

EVERY = timedelta(seconds=10)  # written no more often than this, whatever the workers have to do


class WorkerPulse(models.Model):
    """One row, the latest sign of life of any worker: written when it begins a task, and while a mail takes long."""

    ONE = "worker"

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=10, unique=True, default=ONE)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def beat() -> None:
        """Notes that a worker is alive now, by the database's clock. Costs one look at one row, most of the time."""
        if not WorkerPulse.objects.filter(name=WorkerPulse.ONE, seen_at__gt=Now() - EVERY).exists():
            WorkerPulse.objects.bulk_create(
                [WorkerPulse(seen_at=Now())],
                update_conflicts=True,
                unique_fields=["name"],
                update_fields=["seen_at"],
            )
