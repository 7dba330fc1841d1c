"""`manage.py import_purchases FILE --store NAME --kind gumroad`: a store's sales file is put on file."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.checks import Tags
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_slug
from django.db.models import QuerySet

from licensing.import_tasks import publish
from licensing.intake.detect import NotItsExport, detect, kind_of
from licensing.intake.encoding import FileRefused
from licensing.intake.files import first_rows, header_of
from licensing.intake.handover import hand_over
from licensing.intake.mapped.fields import BY_NAME, NEEDED
from licensing.intake.mapped.guess import guessed
from licensing.intake.mapped.maps import (
    Columns,
    MapRefused,
    checked,
    read_map,
    save,
    saved_as,
    saved_for,
    written,
)
from licensing.intake.pace import seldom_collecting
from licensing.intake.rejects import write_rejects
from licensing.intake.run import import_file
from licensing.intake.sources import FileOnDisk
from licensing.intake.states import counted_as
from licensing.intake.stores import KINDS
from licensing.management.migrated import OnTables
from licensing.management.progress import Progress
from licensing.models import ImportRun, Mapping, RowOutcome, Store

MOST_LISTED = 20
ANY = "csv"  # the kind of a shop that is not known here
WORDS = {
    RowOutcome.NEW: "new",
    RowOutcome.UPDATED: "updated",
    RowOutcome.UNCHANGED: "unchanged",
    RowOutcome.REFUNDED: "refunded",
    RowOutcome.UNPLACED: "without a mapping",
    RowOutcome.REJECTED: "rejected",
    RowOutcome.NEEDS_PERSON: "needs a person",
    RowOutcome.NO_ORDER: "without their order on file",
    RowOutcome.UNCONFIRMED: "not confirmed by the shop",
}


class Command(OnTables):
    # Checking the URLs as well would load every page first: half a second before the first row.
    requires_system_checks = (Tags.models, Tags.database)
    help = "Reads a store's sales file to its end and checks it, then puts it on file. A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--store", required=True, help="the store's short name; made if it is not there")
        parser.add_argument(
            "--kind",
            default="",
            choices=sorted(KINDS),
            help="which kind of shop the store is; found out from the file's columns where it is not said",
        )
        parser.add_argument(
            "--map",
            default="",
            help='what the columns are: "order=Order ID,email=E-mail,…" (docs/importing.md)',
        )
        parser.add_argument("--save-map", default="", metavar="TITLE", help="keep --map with the store")
        parser.add_argument("--use-map", default="", metavar="TITLE", help="use the map that was kept so")
        parser.add_argument("--encoding", default="", help="if it is neither UTF-8 nor UTF-16")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; change nothing")
        parser.add_argument(
            "--create-editions", action="store_true", help="make editions for products that no mapping knows"
        )
        parser.add_argument(
            "--in-background",
            action="store_true",
            help="hand the file over to the service's worker for files, which goes on wherever it was stopped",
        )

    def handle(self, *, file: Path, store: str, kind: str, **options: Any) -> None:
        try:
            shop = store_of(store, kind, file, **options)
            columns = columns_of(file, shop, **options)
            known = set(shop.mappings.values_list("pk", flat=True))
            if options["in_background"]:
                self.leave_to_worker(file, shop, columns, **options)
                return
            with seldom_collecting():
                run = import_file(
                    file,
                    store=shop,
                    encoding=options["encoding"],
                    columns=columns,
                    dry_run=options["dry_run"],
                    with_editions=options["create_editions"],
                    reading=Progress("Reading"),
                    applying=Progress("Applying"),
                )
        except NotItsExport as refusal:
            raise CommandError(
                f"{refusal} A file that is not the shop's export comes in with --map, which says what its columns are "
                "(docs/importing.md). Nothing was imported."
            ) from None
        except (FileRefused, MapRefused) as refusal:
            raise CommandError(f"{refusal} Nothing was imported.") from None
        if options["save_map"]:
            save(shop, options["save_map"], run.columns)
        self.report(run, file)
        if options["create_editions"]:
            self.say_what_was_made(shop.mappings.exclude(pk__in=known), store=shop.name)

    def say_what_was_made(self, made: QuerySet[Mapping], *, store: str) -> None:
        """The first of them, to be looked through: what a file calls a product is seldom its best name."""
        for mapping in made.prefetch_related("items__edition")[:MOST_LISTED]:
            sold = " ".join(filter(None, (mapping.product_ref, mapping.variant)))
            skus = ", ".join(item.edition.sku for item in mapping.items.all())
            self.stdout.write(f"Made for {sold}: {skus}")
        if (rest := made.count() - MOST_LISTED) > 0:
            self.stdout.write(f"and {rest:,} more: manage.py mapping show --store {store}")

    def leave_to_worker(
        self,
        file: Path,
        store: Store,
        columns: Columns,
        *,
        encoding: str,
        create_editions: bool,
        **options: Any,
    ) -> None:
        if options["dry_run"] or options["save_map"]:
            raise CommandError("--in-background goes without --dry-run and --save-map.")
        hand_over(file, store=store, encoding=encoding, columns=columns, with_editions=create_editions)
        publish()
        self.stdout.write(
            f"{file.name} is handed over. How far it is: manage.py imports show --store {store.name}"
        )

    def report(self, run: ImportRun, file: Path) -> None:
        if run.dry_run:
            self.stdout.write("A dry run: nothing was changed.")
        self.stdout.write(f"{run.rows:>9,} {counted_as(run)}")
        for outcome, words in WORDS.items():
            self.stdout.write(f"{run.outcomes.get(outcome.value, 0):>9,} {words}")
        self.stdout.write(f"{run.cards_removed:>9,} card numbers removed")
        rejects = file.with_name(f"{file.name}.rejects.csv")
        try:
            if write_rejects(run, rejects):
                self.stdout.write(f"Why rows were rejected: {rejects}")
        except OSError as error:
            raise CommandError(
                f"The import is done, but {rejects} cannot be written: {error.strerror}."
            ) from None
        if run.outcomes.get(RowOutcome.UNPLACED.value):
            self.stdout.write(
                f"To see the unknown products: manage.py mapping show --store {run.shop.name} --unmapped. "
                "To say what they mean: manage.py mapping load"
            )


def store_of(name: str, kind: str, file: Path, *, encoding: str, map: str, **_: Any) -> Store:
    """The store of that name, made if it is not there, of the kind that the file's columns show unless it is said.

    Refuses a name that is another kind of shop. Raises `FileRefused`.
    """
    try:
        validate_slug(name)
    except ValidationError:
        raise CommandError("--store must be a short name of letters, digits, - and _.") from None
    store = Store.objects.filter(name=name[:80]).first()
    if store and kind and store.kind != kind:
        raise CommandError(f"The store {name!r} is a {store.kind} shop, not {kind}. Nothing was imported.")
    if store is None:
        found = kind or ("" if map else kind_of(FileOnDisk(file), encoding=encoding)) or ANY
        title = name.replace("-", " ").title()
        store, _made = Store.objects.get_or_create(name=name[:80], defaults={"kind": found, "title": title})
    return store


def columns_of(file: Path, store: Store, *, encoding: str, map: str, use_map: str, **_: Any) -> Columns:
    """What the user said that the columns are. Nothing, where the file is known or a saved map will be found for it.

    Raises `MapRefused` with a guess to begin with for a file that is neither.
    """
    if map:
        return read_map(map)
    if use_map:
        return checked(saved_as(store, use_map))
    header = header_of(FileOnDisk(file), encoding=encoding)
    if detect(header) or KINDS[store.kind].exports or saved_for(store, header):
        return {}
    raise MapRefused(
        unexplained(file, header, guessed(header, first_rows(FileOnDisk(file), encoding=encoding)))
    )


def unexplained(file: Path, header: Sequence[str], guess: Columns) -> str:
    """What is needed, what the file has, and a map to begin with."""
    lacking = [name for name in NEEDED if name not in guess]
    still = f" The guess lacks {', '.join(lacking)}." if lacking else ""
    return (
        f"Nobody has said what the columns of {file.name} are. It has: {', '.join(filter(None, header))}. "
        f"Needed are: {', '.join(f'{name} ({BY_NAME[name].title})' for name in NEEDED)}. "
        f"A guess, to be corrected where it is wrong: --map '{written(guess)}'.{still}"
    )
