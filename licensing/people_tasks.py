"""Celery's part in looking for people who are on file twice."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

from licensing.console.search import first_id_at
from licensing.intake.same_person import suggest
from licensing.models import Customer

SINCE: Final = timedelta(days=2)
MOST: Final = (
    100_000  # customers looked at in one task; after an import of more, `manage.py same_people` looks at all
)


@shared_task(name="licensing.suggest_people")
def suggest_people() -> None:
    """Suggest to support who of those that came lately may be somebody on file. Nothing is merged."""
    since = first_id_at(timezone.now() - SINCE)  # ids are by age, and have an index
    suggest(Customer.objects.filter(pk__gte=since), most=MOST)
