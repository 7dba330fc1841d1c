"""Applies a staged run in chunks: each one short transaction that can be repeated, so that a kill loses nothing."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from licensing.conflicts import is_conflict
from licensing.intake import bulk
from licensing.intake.announce import announce_import
from licensing.intake.behind import writing_behind
from licensing.intake.codes import Overtaken
from licensing.intake.editions import create_missing
from licensing.intake.leases import TakenOver, renewed
from licensing.intake.meanings import Meanings
from licensing.intake.pace import alongside
from licensing.intake.purchases import record
from licensing.intake.record import Told
from licensing.intake.samples import MOST_SAMPLES, sample
from licensing.intake.staging import Over, Progress, opened
from licensing.models import (
    EmailAddress,
    ImportRun,
    ImportState,
    Purchase,
    RegistrationKey,
    RowOutcome,
    Store,
)
from licensing.outgoing.tell import Road, coming_by

# Rows in one transaction. SQLite has one writer: 200 rows hold it for some 50 ms, and a pause follows, so that a
# customer's request gets its turn. PostgreSQL locks single rows only: there a chunk is as large as pays off.
CHUNK = {"sqlite": 200, "postgresql": 2_000}
ATTEMPTS = 8  # a chunk that another import overtook begins again

Sealed = tuple[int, bytes]  # a row's number in the file, and its payload
Staged = tuple[int, Told]  # the same, and what it holds

# Tables that every chunk is looked up in. They grow from nothing within one import.
LOOKED_UP = (Purchase, EmailAddress, RegistrationKey)

KEPT = {  # what stays in staging, without its payload: it is reported and somebody may look it up
    RowOutcome.UNPLACED: "no mapping says what this product is",
    RowOutcome.NEEDS_PERSON: "contradicts what is on file; see its case",
    RowOutcome.NO_ORDER: "its order is not on file: import the orders first, then this file again",
    RowOutcome.UNCONFIRMED: "waits until the shop confirms it",
}


def apply(run: ImportRun, *, progress: Progress, over: Over) -> bool:
    """Bring every staged row of the run on file; a dry run tries each chunk and takes it back. True at the end.

    Resumes where an earlier call was killed or gave way. Raises IntegrityError where a chunk was overtaken by others
    again and again; the run can then be resumed. Raises `TakenOver` where the run was paused or changed meanwhile.
    """
    size = CHUNK.get(connection.vendor, CHUNK["sqlite"])
    after = run.reached if run.dry_run else 0
    chunks = alongside(partial(opened_rows, run.pk), sealed_chunks(run, size, after=after))
    with closing(chunks):
        for number, rows in enumerate(chunks, start=1):
            began = time.monotonic()
            apply_chunk(run, rows)
            if number >= 4 and number & (number - 1) == 0:  # 4, 8, 16, …
                bulk.learn_sizes(LOOKED_UP)
            progress(run.applied_rows, run.rows)
            if connection.vendor != "postgresql":
                time.sleep((time.monotonic() - began) / 2)
            if over():
                return False
    return True


def sealed_chunks(run: ImportRun, size: int, *, after: int) -> Iterator[list[Sealed]]:
    """The staged rows behind that number as they are stored, in the order of the file."""
    staged = run.staged.filter(outcome=RowOutcome.STAGED).order_by("number").values_list("number", "payload")
    while rows := list(staged.filter(number__gt=after)[:size]):
        yield [(number, bytes(payload or b"")) for number, payload in rows]
        after = rows[-1][0]


def opened_rows(run_id: UUID, rows: Sequence[Sealed]) -> list[Staged]:
    return [(number, opened(run_id, number, payload)) for number, payload in rows]


def apply_chunk(run: ImportRun, rows: Sequence[Staged]) -> None:
    attempt_chunk = try_chunk if run.dry_run else keep_chunk
    for attempt in range(1, ATTEMPTS + 1):
        try:
            attempt_chunk(run, rows)
            return
        except (IntegrityError, Overtaken, DatabaseError) as error:
            if attempt == ATTEMPTS or not is_passing(error):
                raise
            time.sleep(random.uniform(0, 0.05 * attempt))  # noqa: S311  jitter, no secret


def is_passing(error: Exception) -> bool:
    """Whether trying again can help: somebody was quicker, or two transactions waited for each other."""
    return is_conflict(error) or isinstance(error, IntegrityError | Overtaken)


def keep_chunk(run: ImportRun, rows: Sequence[Staged]) -> None:
    with transaction.atomic(), writing_behind():
        bulk.suit_many_lookups()
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)  # two that resume one run take turns
        if locked.dry_run or locked.paused or locked.state not in (ImportState.STAGED, ImportState.APPLYING):
            raise TakenOver
        left = still_staged(locked, rows)
        outcomes = recorded(run, [told for _, told in left])
        settle(locked, [number for number, _ in left], outcomes)
        count(locked, outcomes)
        facts = {"applied_rows": locked.applied_rows, "outcomes": locked.outcomes}
        here = ImportRun.objects.filter(pk=run.pk)
        here.update(state=ImportState.APPLYING, **facts, **renewed(run))
    run.applied_rows, run.outcomes, run.state = locked.applied_rows, locked.outcomes, ImportState.APPLYING


def try_chunk(run: ImportRun, rows: Sequence[Staged]) -> None:
    """What would become of them; only that is kept. Of two that try the same run, one finds it moved on and stops."""
    with transaction.atomic():
        with writing_behind():
            bulk.suit_many_lookups()
            outcomes = recorded(run, [told for _, told in rows])
        transaction.set_rollback(True)
    reached = run.reached
    count(run, outcomes)
    if len(run.samples) < MOST_SAMPLES:
        new = zip(rows[: MOST_SAMPLES - len(run.samples)], outcomes, strict=False)
        run.samples += [sample(number, told, outcome) for (number, told), outcome in new]
    run.reached = rows[-1][0]
    facts: dict[str, Any] = {
        field: getattr(run, field) for field in ("applied_rows", "outcomes", "samples", "reached")
    }
    here = ImportRun.objects.filter(
        pk=run.pk, dry_run=True, paused=False, reached=reached, state=ImportState.STAGED
    )
    if not here.update(**facts, **renewed(run)):
        raise TakenOver


def recorded(run: ImportRun, told: Sequence[Told]) -> list[RowOutcome]:
    store = run.shop
    if run.with_editions:
        create_missing(store, told)
    with coming_by(Road.TRIAL if run.dry_run else Road.FILE):
        return record(told, store=store, meanings=Meanings(store), now=timezone.now())


def still_staged(run: ImportRun, rows: Sequence[Staged]) -> list[Staged]:
    """Those that no other process applied since they were read."""
    span = run.staged.filter(outcome=RowOutcome.STAGED, number__range=(rows[0][0], rows[-1][0]))
    numbers = set(span.values_list("number", flat=True))
    return [each for each in rows if each[0] in numbers]


def settle(run: ImportRun, numbers: Sequence[int], outcomes: Sequence[RowOutcome]) -> None:
    """Staging forgets what was applied; rows that somebody may look up stay as a number and a reason."""
    kept: dict[RowOutcome, list[int]] = {outcome: [] for outcome in KEPT}
    for number, outcome in zip(numbers, outcomes, strict=True):
        if outcome in kept:
            kept[outcome].append(number)
    for outcome, those in kept.items():
        if those:
            here = run.staged.filter(number__among=those)
            here.update(outcome=outcome, reason=KEPT[outcome], payload=None)
    if numbers:
        span = run.staged.filter(number__range=(numbers[0], numbers[-1]))
        span.filter(outcome=RowOutcome.STAGED).delete()


def count(run: ImportRun, outcomes: Sequence[RowOutcome]) -> None:
    run.applied_rows += len(outcomes)
    run.outcomes = dict(Counter(run.outcomes) + Counter(outcome.value for outcome in outcomes))


def close(run: ImportRun) -> None:
    """The end of the run. One that was tried in the console keeps its rows, so that it can be imported as it is."""
    run.finished_at = timezone.now()
    if run.dry_run and run.uploaded:
        run.state = ImportState.STAGED
    else:
        run.staged.filter(outcome=RowOutcome.STAGED).delete()
        run.state = ImportState.APPLIED
    here = ImportRun.objects.filter(pk=run.pk, dry_run=run.dry_run, paused=False)
    with transaction.atomic():
        if not here.update(state=run.state, finished_at=run.finished_at, lease_until=None):
            raise TakenOver
        if run.state == ImportState.APPLIED and not run.dry_run:
            announce_import(run)


def unfinished(*, store: Store, file_name: str) -> Iterable[ImportRun]:
    """Runs of that file which were read to the end, but killed while they were applied."""
    states = [ImportState.STAGED, ImportState.APPLYING]
    runs = ImportRun.objects.filter(
        store=store, file_name=file_name, state__in=states, dry_run=False, uploaded=False
    )
    return runs.select_related("store").order_by("id")
