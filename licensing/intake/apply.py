"""Applies a staged run in chunks: each one short transaction that can be repeated, so that a kill loses nothing."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from licensing.intake import bulk
from licensing.intake.codes import Overtaken
from licensing.intake.editions import Sold, create_editions
from licensing.intake.meanings import Meanings
from licensing.intake.pace import alongside
from licensing.intake.purchases import record
from licensing.intake.record import Told
from licensing.intake.staging import Progress, opened
from licensing.models import (
    EmailAddress,
    ImportRun,
    ImportState,
    Purchase,
    RegistrationKey,
    RowOutcome,
    Store,
)

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
}


def apply(run: ImportRun, *, progress: Progress, dry_run_editions: Iterable[Sold] = ()) -> None:
    """Bring every staged row of the run on file. Resumes where an earlier call was killed; a dry run changes nothing.

    Raises IntegrityError where a chunk was overtaken by others again and again; the run can then be resumed.
    """
    size = CHUNK.get(connection.vendor, CHUNK["sqlite"])
    chunks = alongside(partial(opened_rows, run.pk), sealed_chunks(run, size))
    for number, rows in enumerate(chunks, start=1):
        began = time.monotonic()
        apply_chunk(run, rows, list(dry_run_editions))
        if number >= 4 and number & (number - 1) == 0:  # 4, 8, 16, …
            bulk.learn_sizes(LOOKED_UP)
        progress(run.applied_rows, run.rows)
        if connection.vendor != "postgresql":
            time.sleep((time.monotonic() - began) / 2)
    close(run)


def sealed_chunks(run: ImportRun, size: int) -> Iterator[list[Sealed]]:
    """The staged rows as they are stored, in the order of the file."""
    staged = run.staged.filter(outcome=RowOutcome.STAGED).order_by("number").values_list("number", "payload")
    after = 0
    while rows := list(staged.filter(number__gt=after)[:size]):
        yield [(number, bytes(payload or b"")) for number, payload in rows]
        after = rows[-1][0]


def opened_rows(run_id: UUID, rows: Sequence[Sealed]) -> list[Staged]:
    return [(number, opened(run_id, number, payload)) for number, payload in rows]


def apply_chunk(run: ImportRun, rows: Sequence[Staged], editions: list[Sold]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                attempt_chunk(run, rows, editions)
            return
        except (IntegrityError, Overtaken, DatabaseError) as error:
            if attempt == ATTEMPTS or not is_passing(error):
                raise
            time.sleep(random.uniform(0, 0.05 * attempt))  # noqa: S311  jitter, no secret


def is_passing(error: Exception) -> bool:
    """Whether trying again can help: somebody was quicker, or two transactions waited for each other."""
    deadlock = getattr(error.__cause__, "sqlstate", "") in ("40P01", "40001")
    return deadlock or isinstance(error, IntegrityError | Overtaken)


def attempt_chunk(run: ImportRun, rows: Sequence[Staged], editions: list[Sold]) -> None:
    bulk.suit_many_lookups()
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)  # two processes resuming one run take turns
    left = still_staged(locked, rows)
    now = timezone.now()
    if run.dry_run and editions:
        create_editions(run.store, editions)
    meanings = Meanings(run.store)
    outcomes = record([told for _, told in left], store=run.store, meanings=meanings, now=now)
    if run.dry_run:  # what it has counted so far stands in memory only
        count(run, outcomes)
        transaction.set_rollback(True)
    else:
        settle(locked, [number for number, _ in left], outcomes)
        run.applied_rows, run.outcomes = locked.applied_rows, locked.outcomes
        count(run, outcomes)


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
    run.state = ImportState.APPLYING
    run.save(update_fields=["applied_rows", "outcomes", "state"])


def close(run: ImportRun) -> None:
    if run.dry_run:
        run.staged.filter(outcome=RowOutcome.STAGED).delete()
    run.state, run.finished_at = ImportState.APPLIED, timezone.now()
    run.save(update_fields=["state", "finished_at", *(["applied_rows", "outcomes"] if run.dry_run else [])])


def unfinished(*, store: Store, file_name: str) -> Iterable[ImportRun]:
    """Runs of that file which were read to the end, but killed while they were applied."""
    states = [ImportState.STAGED, ImportState.APPLYING]
    runs = ImportRun.objects.filter(store=store, file_name=file_name, state__in=states, dry_run=False)
    return runs.select_related("store").order_by("id")
