"""Reads a whole file into staging, encrypted, before anything of it is applied.

Each batch of rows is written together with the place in the file that it ends at. So a reading that was killed, or
had to give way, goes on there; and of two that read the same file at once, one finds the place changed and stops.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from uuid import UUID

from django.db import transaction

from licensing.intake import bulk
from licensing.intake.encoding import FileRefused
from licensing.intake.files import Choose, Mark, SalesFile, Source, open_sales
from licensing.intake.leases import TakenOver, renewed
from licensing.intake.pace import read_ahead
from licensing.intake.packed import pack, unpack
from licensing.intake.record import RowRejected, Told
from licensing.keys.sealed import vault
from licensing.models import ImportRow, ImportRun, ImportState, RowOutcome

BATCH = 2_000  # rows staged in one transaction: some 20 ms of SQLite's write lock

FIELDS = ("run_id", "number", "outcome", "column", "reason", "payload")
Row = tuple[object, ...]
Progress = Callable[[int, int], None]  # done, of
Over = Callable[[], bool]  # whether to stop here and go on another time


def stage(
    run: ImportRun,
    source: Source,
    *,
    choose: Choose,
    now: datetime,
    progress: Progress,
    over: Over,
    ahead: bool = True,
) -> bool:
    """Read and check the file from where it was left. True at its end: the run is then STAGED.

    `ahead`: rows are read in a thread beside the database's work; not for sources that are in the database. Raises
    `FileRefused`; the run is then kept as FAILED with that line, and nothing else of the file is. Raises `TakenOver`
    where the run was paused, or another process reads it.
    """
    try:
        with open_sales(source, choose=choose, encoding=run.encoding, after=mark_of(run)) as file:
            run.encoding = file.encoding
            batches = read_ahead(batches_of(run.id, file)) if ahead else batches_of(run.id, file)
            with closing(batches):
                for batch, mark in batches:
                    put(run, batch, mark, now=now)
                    progress(run.position, run.size)
                    if batch and over():  # an empty one is the file's end
                        return False
    except FileRefused as refusal:
        fail(run, str(refusal), now=now)
        raise
    finish(run)
    return True


def mark_of(run: ImportRun) -> Mark:
    return Mark(run.position, run.reached, run.cards_removed)


Batch = tuple[list[Row], Mark]


def batches_of(run_id: UUID, file: SalesFile) -> Generator[Batch, None, None]:
    """Rows for staging, and the mark behind them. An order's rows stay together."""
    batch: list[Row] = []
    for number, result in file.records():
        batch.append(row_of(run_id, number, result))
        if len(batch) >= BATCH and file.between:
            yield batch, file.mark
            batch = []
    yield batch, file.mark


def put(run: ImportRun, batch: list[Row], mark: Mark, *, now: datetime) -> None:
    before = mark_of(run)
    with transaction.atomic():
        here = ImportRun.objects.filter(
            pk=run.pk,
            state=ImportState.STAGING,
            paused=False,
            position=before.position,
            reached=before.number,
        )
        place = {"position": mark.position, "reached": mark.number, "cards_removed": mark.cards}
        if not here.update(encoding=run.encoding, **place, **renewed(run)):
            raise TakenOver
        bulk.insert(ImportRow, FIELDS, batch, now=now)
    run.position, run.reached, run.cards_removed = mark


def row_of(run_id: UUID, number: int, result: Told | RowRejected) -> Row:
    if isinstance(result, RowRejected):
        return (run_id, number, RowOutcome.REJECTED.value, result.column[:100], result.reason[:300], None)
    payload = vault().encrypt(pack(result), identity=identity(run_id, number))
    return (run_id, number, RowOutcome.STAGED.value, "", "", payload)


def opened(run_id: UUID, number: int, payload: bytes) -> Told:
    """What a staged row holds. Raises `Tampered` or `UnknownKey`."""
    return unpack(vault().decrypt(payload, identity=identity(run_id, number)))


def identity(run_id: UUID, number: int) -> str:
    return f"import:{run_id}:{number}"


def finish(run: ImportRun) -> None:
    """The file was read to its end: what it consists of."""
    rejected = run.staged.filter(outcome=RowOutcome.REJECTED).count()
    run.rows = run.staged.count()
    run.applied_rows = rejected
    run.outcomes = {RowOutcome.REJECTED.value: rejected} if rejected else {}
    run.state, run.reached = ImportState.STAGED, 0
    fields = ("rows", "applied_rows", "outcomes", "state", "reached")
    here = ImportRun.objects.filter(pk=run.pk, state=ImportState.STAGING)
    if not here.update(**{field: getattr(run, field) for field in fields}):
        raise TakenOver


def fail(run: ImportRun, problem: str, *, now: datetime) -> None:
    """Nothing of the file is kept but, of an uploaded one, its parts for a second try."""
    with transaction.atomic():
        run.staged.all().delete()
        run.state, run.problem, run.finished_at = ImportState.FAILED, problem[:500], now
        run.position = run.reached = run.cards_removed = 0
        run.save()
