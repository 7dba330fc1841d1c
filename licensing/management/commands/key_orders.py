"""`manage.py key_orders`: keys that a vendor's own generator did not make, and asking for them once more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.utils import timezone

from licensing.audit.commands import RecordedCommand
from licensing.keys.sources import orders
from licensing.models import KeyOrder


class Command(RecordedCommand):
    help = (
        "`list`: keys that a generator refused, or that it was asked for again and again in vain. `again ID`: ask "
        "once more, under the same request id."
    )
    only_shows = frozenset({"list"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="what needs a person")
        again = actions.add_parser("again", help="ask once more, at once")
        again.add_argument("order", type=UUID, metavar="ID")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "list":
            self.list()
        else:
            self.again(options["order"])

    def again(self, order_id: UUID) -> None:
        order = KeyOrder.objects.filter(pk=order_id).first()
        if order is None or not orders.ask_again(order, now=timezone.now()):
            raise CommandError("There is no such order, or its key was made already. Nothing was changed.")
        self.stdout.write("The worker asks for it within half a minute.")

    def list(self) -> None:
        found = orders.in_trouble().select_related("edition").order_by("id")
        for each in found:
            self.stdout.write(
                f"{each.pk}  {each.edition.sku}, license {each.license_id}: {each.get_state_display()}, "
                f"asked {each.attempts} times. {each.problem}"
            )
        if not found:
            self.stdout.write("Every key that was asked for was made, or is being made.")
