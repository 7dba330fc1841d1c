"""Reads a whole file into staging, encrypted, before anything of it is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from licensing.intake import bulk
from licensing.intake.encoding import FileRefused
from licensing.intake.files import SalesFile, open_sales
from licensing.intake.pace import read_ahead
from licensing.intake.packed import pack, unpack
from licensing.intake.record import PurchaseRecord, RowRejected, Told
from licensing.intake.stores import KINDS
from licensing.keys.sealed import vault
from licensing.models import ImportRow, ImportRun, ImportState, RowOutcome, Store

BATCH = 2_000  # rows staged in one transaction: some 20 ms of SQLite's write lock

FIELDS = ("run_id", "number", "outcome", "column", "reason", "payload")
Row = tuple[object, ...]
Judged = tuple[int, Told | RowRejected]
Progress = Callable[[int, int], None]  # done, of


def stage(
    path: Path,
    *,
    store: Store,
    encoding: str = "",
    dry_run: bool = False,
    now: datetime,
    progress: Progress,
    seen: Seen,
) -> ImportRun:
    """Read and check the file to its end. The returned run is STAGED.

    Raises `FileRefused`; the run is then kept as FAILED with that line, and nothing else of the file is.
    """
    run = ImportRun.objects.create(store=store, kind=store.kind, file_name=path.name[-300:], dry_run=dry_run)
    try:
        with open_sales(path, export=KINDS[store.kind].exports[0], encoding=encoding) as file:
            run.encoding = file.encoding
            rows = (row_of(run.id, *judged) for judged in seen.through(file.records()))
            for batch in read_ahead(bulk.batches(rows, BATCH)):
                put(batch, now=now)
                progress(file.position, file.size)
            finish(run, file)
    except FileRefused as refusal:
        fail(run, str(refusal), now=now)
        raise
    return run


class Seen:
    """The distinct products that pass by, so that a starting mapping can be made of them."""

    MOST = 10_000

    def __init__(self) -> None:
        self.products: dict[tuple[str, str], str] = {}

    def through(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        for number, result in judged:
            if isinstance(result, PurchaseRecord) and len(self.products) < self.MOST:
                for line in result.lines:
                    self.products.setdefault((line.product_ref, line.variant), line.name)
            yield number, result


def put(batch: list[Row], *, now: datetime) -> None:
    with transaction.atomic():
        bulk.insert(ImportRow, FIELDS, batch, now=now)


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


def finish(run: ImportRun, file: SalesFile) -> None:
    rejected = run.staged.filter(outcome=RowOutcome.REJECTED).count()
    run.rows = run.staged.count()
    run.applied_rows = rejected
    run.cards_removed = file.cards
    run.outcomes = {RowOutcome.REJECTED.value: rejected} if rejected else {}
    run.state = ImportState.STAGED
    run.save()


def fail(run: ImportRun, problem: str, *, now: datetime) -> None:
    with transaction.atomic():
        run.staged.all().delete()
        run.state, run.problem, run.finished_at = ImportState.FAILED, problem[:500], now
        run.save()
