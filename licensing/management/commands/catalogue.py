"""`manage.py catalogue load FILE` and `catalogue show`: products and editions without the console."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from licensing.console.exchange_rules import sentence
from licensing.management.migrated import OnTables
from licensing.management.tables import DRY_RUN, add_file_options, telling
from licensing.models import Edition, KeySource
from licensing.setup.catalogue import COLUMNS, load_catalogue
from licensing.setup.shown import catalogue_rows, editions_with_pool, is_shared, options_text
from licensing.setup.table import write_table


class Command(OnTables):
    help = f"Shows products and editions, or sets them from a CSV file with the columns {', '.join(COLUMNS)}."
    only_shows = frozenset({"show"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add_file_options(
            actions.add_parser("load", help="set what the file says; leave what it does not name")
        )
        show = actions.add_parser("show", help="what is on file")
        show.add_argument("--csv", action="store_true", help="as a file that can be edited and loaded")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "load":
            self.load(options["file"], encoding=options["encoding"], dry_run=options["dry_run"])
        elif options["csv"]:
            write_table(self.stdout, COLUMNS, catalogue_rows())
        else:
            self.show()

    def load(self, file: Path, *, encoding: str, dry_run: bool) -> None:
        with telling(file):
            loaded = load_catalogue(file, encoding=encoding, dry_run=dry_run)
        if dry_run:
            self.stdout.write(DRY_RUN)
        self.stdout.write(
            f"{loaded.new:,} new editions, {loaded.changed:,} changed, {loaded.unchanged:,} unchanged. "
            f"{loaded.products:,} products new or changed."
        )

    def show(self) -> None:
        told = None
        for edition, waiting in editions_with_pool():
            if edition.product != told:
                told = edition.product
                self.stdout.write(f"{told.name}: {sentence(told)}")
            self.stdout.write(f"  {edition.sku:<32} {edition}")
            for line in lines_of(edition, waiting):
                self.stdout.write(f"  {'':<32} {line}")


def lines_of(edition: Edition, waiting: int) -> Iterator[str]:
    shared = ", one code for all buyers" if is_shared(edition) else ""
    yield f"codes compared “{edition.code_form}”, {waiting:,} in the pool{shared}"
    yield f"new keys: {edition.get_key_source_display()} {options_text(edition)}".rstrip()
    if edition.key_source == KeySource.POOL and edition.low_stock_level:
        yield f"support gets a mail when fewer than {edition.low_stock_level:,} are left"
    if edition.exchange_line:
        yield f"moves between “{edition.exchange_line}”"
    if edition.checks_retired_list:
        yield "its application checks the list of retired codes"
    if edition.download_url:
        yield edition.download_url
