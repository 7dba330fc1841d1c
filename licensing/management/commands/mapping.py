"""`manage.py mapping show|load --store NAME`: what a shop's products mean here, without the console."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from licensing.audit.commands import RecordedCommand
from licensing.management.tables import DRY_RUN, add_file_options, store_named, telling
from licensing.models import Mapping, PurchaseLine, Store
from licensing.setup.meanings import COLUMNS, Loaded, day, load_mapping, mapping_rows
from licensing.setup.table import write_table
from licensing.setup.unmapped import Unmapped, unmapped, unmapped_rows

SHOWN: Final = 10  # row numbers that a line names


class Command(RecordedCommand):
    help = f"Shows what a store's products mean, or sets it from a CSV file with the columns {', '.join(COLUMNS)}."
    only_shows = frozenset({"show"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        load = actions.add_parser("load", help="set what the file says; leave what it does not name")
        add_file_options(load)
        show = actions.add_parser("show", help="what is on file")
        show.add_argument("--unmapped", action="store_true", help="what was sold and has no meaning yet")
        show.add_argument("--csv", action="store_true", help="as a file that can be edited and loaded")
        for action in (load, show):
            action.add_argument("--store", required=True, metavar="NAME", help="the store's short name")

    def handle(self, *, action: str, store: str, **options: Any) -> None:
        found = store_named(store)
        if action == "load":
            self.load(options["file"], found, encoding=options["encoding"], dry_run=options["dry_run"])
        elif options["csv"]:
            rows = unmapped_rows(found) if options["unmapped"] else mapping_rows(found)
            write_table(self.stdout, COLUMNS, rows)
        elif options["unmapped"]:
            self.show_unmapped(found)
        else:
            self.show(found)

    def load(self, file: Path, store: Store, *, encoding: str, dry_run: bool) -> None:
        with telling(file):
            loaded = load_mapping(file, store=store, encoding=encoding, dry_run=dry_run, now=timezone.now())
        kept = PurchaseLine.objects.unplaced().filter(purchase__store=store).count()
        if dry_run:
            self.stdout.write(DRY_RUN)
        self.report(loaded, left=kept - loaded.placed if dry_run else kept)
        if not dry_run:
            self.stdout.write(f"{loaded.served:,} keys given from the pools.")

    def report(self, loaded: Loaded, *, left: int) -> None:
        self.stdout.write(
            f"{loaded.new:,} new, {loaded.changed:,} changed, {loaded.unchanged:,} unchanged products of the shop."
        )
        if loaded.left_open:
            rows = ", ".join(map(str, loaded.left_open[:SHOWN])) + (", …" if loaded.left_open[SHOWN:] else "")
            self.stdout.write(f"{len(loaded.left_open):,} rows without an edition were left out: row {rows}")
        self.stdout.write(f"{loaded.placed:,} kept lines became licenses, {left:,} still without a mapping.")

    def show(self, store: Store) -> None:
        mappings = Mapping.objects.filter(store=store).prefetch_related("items__edition")
        for mapping in mappings.order_by("product_ref", "variant", "valid_from"):
            editions = ", ".join(f"{item.quantity} × {item.edition.sku}" for item in mapping.items.all())
            begins = f", from {day(mapping.valid_from)}" if mapping.valid_from else ""
            ends = f", until {day(mapping.valid_until)}" if mapping.valid_until else ""
            name = f"{mapping.product_ref} {mapping.variant}".strip()
            self.stdout.write(f"{name:<40} {editions or 'nothing yet'}{begins}{ends}")
        if not mappings:
            self.stdout.write(
                "nothing yet: manage.py mapping load FILE, or import_purchases --create-editions"
            )

    def show_unmapped(self, store: Store) -> None:
        waiting = unmapped(store)
        for each in waiting:
            self.stdout.write(line_of(each))
        if not waiting:
            self.stdout.write("nothing: every line that was sold has a meaning")


def line_of(each: Unmapped) -> str:
    name = f"{each.product_ref} {each.variant}".strip()
    sold = f"{each.lines:>7,} lines, sold {each.first:%Y-%m-%d} to {each.last:%Y-%m-%d}"
    dates = " (mapped at other dates)" if each.mapped_at_times else ""
    return f"{name:<40} {sold}  {each.name}{dates}"
