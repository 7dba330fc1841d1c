"""The whole road of one file: into staging, then on file, then keys for whoever waits."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from licensing.intake.apply import apply, unfinished
from licensing.intake.editions import Sold, create_editions
from licensing.intake.staging import Progress, Seen, stage
from licensing.intake.unplaced import place_lines
from licensing.keys.waiting import serve_waiting
from licensing.models import ImportRun, Store


def import_file(
    path: Path,
    *,
    store: Store,
    encoding: str = "",
    dry_run: bool = False,
    with_editions: bool = False,
    reading: Progress,
    applying: Progress,
) -> ImportRun:
    """Import the file and return its finished run. First finishes a run of the same file that was killed.

    Raises `FileRefused` where the file cannot be read to its end; nothing of it is then applied.
    """
    if not dry_run:
        for earlier in unfinished(store=store, file_name=path.name[-300:]):
            complete(earlier, progress=applying)
    seen = Seen()
    run = stage(
        path, store=store, encoding=encoding, dry_run=dry_run, now=timezone.now(), progress=reading, seen=seen
    )
    sold = [Sold(*names, name) for names, name in seen.products.items()] if with_editions else []
    if dry_run:
        apply(run, progress=applying, dry_run_editions=sold)
        return run
    with transaction.atomic():
        create_editions(store, sold)
    complete(run, progress=applying)
    return run


def complete(run: ImportRun, *, progress: Progress) -> None:
    apply(run, progress=progress)
    now = timezone.now()
    place_lines(run.store, now=now)
    serve_waiting(now=now)
