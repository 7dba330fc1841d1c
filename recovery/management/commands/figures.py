from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone

from recovery.figures.count_orders import count_orders_anew
from recovery.figures.run import count_figures

HOUR = 3600.0


class Command(BaseCommand):
    help = "Count the figures of the console's first page now, as Celery does every few minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--orders-anew",
            action="store_true",
            help="forget what was counted of orders, and count all of them",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        """A count that goes on elsewhere at the same time is left to whoever makes it."""
        if options["orders_anew"]:
            count_orders_anew()
        done = count_figures(now=timezone.now(), seconds=HOUR)
        return "Counted." if done else "Somebody else is counting; what is left follows within minutes."
