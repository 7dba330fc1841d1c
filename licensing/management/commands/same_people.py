"""`manage.py same_people`: who may be one person under two addresses is suggested to support."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.utils import timezone

from licensing.audit.commands import RecordedCommand
from licensing.console.search import first_id_at
from licensing.intake.same_person import suggest
from licensing.models import Customer


class Command(RecordedCommand):
    help = "Opens a case for each two customers that may be one person. Nothing is merged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, help="only customers who came within so many days, with all others"
        )

    def handle(self, *, days: int | None, **options: Any) -> None:
        customers = Customer.objects.all()
        if days is not None:
            customers = customers.filter(pk__gte=first_id_at(timezone.now() - timedelta(days=days)))
        self.stdout.write(f"{suggest(customers):>9,} new suggestions; they are in the console, under Cases")
