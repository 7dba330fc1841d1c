"""What the commands that read a vendor's tables share: their options, and how a refusal is told."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.core.management.base import CommandError

from licensing.intake.encoding import FileRefused
from licensing.models import Store
from licensing.setup.table import TableRefused

SHOWN: Final = 20  # wrong rows that are told at once
DRY_RUN: Final = "A dry run: nothing was changed. Without --dry-run:"


def add_file_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV; its first row names the columns")
    parser.add_argument("--encoding", default="", help="if it is neither UTF-8 nor UTF-16")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen; change nothing")


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Every refusal of the file as one message of the command."""
    try:
        yield
    except FileRefused as refusal:
        raise CommandError(f"{refusal} Nothing was changed.") from None
    except TableRefused as refusal:
        told = list(refusal.problems[:SHOWN])
        more = len(refusal.problems) - len(told)
        told += [f"and {more:,} more"] if more else []
        lines = "\n".join(f"  {line}" for line in told)
        raise CommandError(f"{path.name} has faults. Nothing was changed.\n{lines}") from None


def store_named(name: str) -> Store:
    store = Store.objects.filter(name=name).first()
    if store is None:
        known = ", ".join(Store.objects.values_list("name", flat=True)[:10]) or "none yet"
        raise CommandError(
            f"There is no store {name!r} (known: {known}). To make it: manage.py stores set {name} --kind KIND"
        )
    return store
