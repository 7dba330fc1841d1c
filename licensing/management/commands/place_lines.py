"""`manage.py place_lines`: what was sold before its mapping was known becomes licenses."""

from typing import Any

from django.utils import timezone

from licensing.audit.commands import RecordedCommand
from licensing.intake.unplaced import place_lines
from licensing.keys.waiting import serve_waiting
from licensing.models import PurchaseLine, Store


class Command(RecordedCommand):
    help = "Turns sold lines that had no mapping into licenses, where one says by now what they mean."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        placed = sum(place_lines(store, now=now) for store in Store.objects.all())
        served = serve_waiting(now=now)
        left = PurchaseLine.objects.unplaced().count()
        self.stdout.write(
            f"{placed:,} lines placed, {left:,} still without a mapping, {served:,} keys given."
        )
