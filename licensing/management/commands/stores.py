"""`manage.py stores show` and `stores set NAME`: the shops, and what customers know them as."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from licensing.intake.stores import KINDS
from licensing.management.migrated import OnTables
from licensing.models import Store


class Command(OnTables):
    help = "Shows the shops, or makes and names one: licenses and mails call it by its title."
    only_shows = frozenset({"show"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("show", help="what is on file")
        change = actions.add_parser("set", help="make the shop, or change what is said here of it")
        change.add_argument("name", metavar="NAME", help="its short name in commands")
        change.add_argument("--kind", choices=sorted(KINDS), help="needed for a new one; never changes")
        change.add_argument("--title", help="what customers know it as")
        change.add_argument("--statement-name", help="its name on a card statement")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "set":
            self.change(options["name"], options["kind"], options["title"], options["statement_name"])
        else:
            self.stdout.writelines(map(line_of, Store.objects.all()))

    def change(self, name: str, kind: str | None, title: str | None, statement_name: str | None) -> None:
        store = Store.objects.filter(name=name).first()
        if store is None and not kind:
            raise CommandError(f"There is no store {name!r} yet: say what it is with --kind.")
        store = store or Store(name=name, kind=kind or "", title=name.replace("-", " ").title())
        if kind and store.kind != kind:
            raise CommandError(f"The store {name!r} is a {store.kind} shop, not {kind}. Nothing was changed.")
        store.title = store.title if title is None else title
        store.statement_name = store.statement_name if statement_name is None else statement_name
        try:
            store.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        made = store._state.adding
        store.save()
        self.stdout.write(f"{'Made' if made else 'Changed'} {line_of(store)}")


def line_of(store: Store) -> str:
    known = f", on statements {store.statement_name}" if store.statement_name else ""
    return f"{store.name:<24} {store.kind:<12} {store}{known}"
