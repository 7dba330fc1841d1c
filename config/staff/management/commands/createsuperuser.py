"""Takes the place of Django's own: an account is made with an invitation, and never with a password alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Says how administrators are made here."

    def run_from_argv(self, argv: list[str]) -> None:
        raise SystemExit("Use: manage.py staff add NAME --email ADDRESS --administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Use: manage.py staff add NAME --email ADDRESS --administrator")
