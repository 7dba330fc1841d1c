"""The whole road of one file: into staging, then on file, then keys for whoever waits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.utils import timezone

from licensing.intake.apply import apply, close, unfinished
from licensing.intake.cards import scrub
from licensing.intake.detect import choice
from licensing.intake.files import Source
from licensing.intake.hooks.waiting import look_again_after_file
from licensing.intake.sources import FileOnDisk
from licensing.intake.staging import Over, Progress, stage
from licensing.intake.unplaced import place_lines
from licensing.keys.waiting import serve_waiting
from licensing.models import ImportRun, ImportState, Store


def never() -> bool:
    return False


def import_file(
    path: Path,
    *,
    store: Store,
    encoding: str = "",
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    with_editions: bool = False,
    reading: Progress,
    applying: Progress,
) -> ImportRun:
    """Import the file and return its finished run. First finishes a run of the same file that was killed.

    `columns`: what each column is, for a file of no known kind. Raises `FileRefused` where the file cannot be read to
    its end; nothing of it is then applied.
    """
    name = scrub(path.name)[0][-300:]
    if not dry_run:
        for earlier in unfinished(store=store, file_name=name):
            advance(earlier, FileOnDisk(path), reading=reading, applying=applying)
    run = ImportRun.objects.create(
        store=store,
        kind=store.kind,
        file_name=name,
        encoding=encoding[:40],
        columns=dict(columns or {}),
        dry_run=dry_run,
        with_editions=with_editions,
        size=size_of(path),
    )
    advance(run, FileOnDisk(path), reading=reading, applying=applying)
    return run


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # said in words when it is opened
        return 0


def advance(
    run: ImportRun,
    source: Source,
    *,
    reading: Progress,
    applying: Progress,
    over: Over = never,
    ahead: bool = True,
) -> bool:
    """Do what is left of the run, until it is done (True) or `over` says that it is enough for now.

    One that was killed anywhere goes on here. Raises `FileRefused` and `TakenOver`.
    """
    if run.state == ImportState.STAGING:
        choose = choice(run)
        now = timezone.now()
        if not stage(run, source, choose=choose, now=now, progress=reading, over=over, ahead=ahead):
            return False
    if not run.dry_run:  # nobody will have it read in another way
        run.parts.all().delete()
    if not apply(run, progress=applying, over=over):
        return False
    if not run.dry_run:
        now = timezone.now()
        place_lines(run.shop, now=now)
        serve_waiting(now=now)
        look_again_after_file(run.shop)
    close(run)
    return True
