"""What is said of a file on its way in: how far it is, what became of its rows, what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from licensing.console.cells import list_of, state
from licensing.intake.apply import KEPT
from licensing.intake.samples import MOST_SAMPLES, first_rows
from licensing.models import Case, ImportRow, ImportRun, ImportState, PurchaseLine, RowOutcome

TONES: Final = {
    RowOutcome.NEW: "good",
    RowOutcome.UPDATED: "good",
    RowOutcome.UNCHANGED: "off",
    RowOutcome.REFUNDED: "info",
    RowOutcome.UNPLACED: "wait",
    RowOutcome.NEEDS_PERSON: "wait",
    RowOutcome.NO_ORDER: "wait",
    RowOutcome.UNCONFIRMED: "wait",
    RowOutcome.REJECTED: "bad",
}
ORDER: Final = tuple(TONES)


@dataclass(frozen=True)
class Phase:
    """Where a run is. `moving`: somebody works on it, so the page looks again."""

    name: str
    title: str
    words: str
    moving: bool = False
    done: int = 0
    of: int = 0

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.of) if self.of else 0


def phase_of(run: ImportRun) -> Phase:
    found = (
        working(run) if run.state in (ImportState.STAGING, ImportState.STAGED, ImportState.APPLYING) else None
    )
    if found is not None:
        return found if not run.paused else paused(found)
    if run.state == ImportState.UPLOADED:
        return Phase("uploaded", "Waits for you", "Nobody has said yet what this file is.")
    if run.state == ImportState.FAILED:
        return Phase("failed", "Could not be read", run.problem)
    if run.dry_run and run.state == ImportState.STAGED:
        return Phase(
            "tried", "Checked", "Nothing has been changed yet. This is what would become of its rows."
        )
    words = "A dry run: nothing was changed." if run.dry_run else "Everything that could be is on file."
    return Phase("done", "Done", words)


def working(run: ImportRun) -> Phase | None:
    if run.state == ImportState.STAGING:
        words = f"{max(0, run.reached - 1):,} rows so far. Nothing is put on file before its end was read."
        return Phase("reading", "Reading and checking", words, True, run.position, run.size)
    if not run.dry_run:
        words = f"{run.applied_rows:,} of {run.rows:,} rows are on file."
        return Phase("importing", "Importing", words, True, run.applied_rows, run.rows)
    if run.finished_at is None:
        words = f"{run.applied_rows:,} of {run.rows:,} rows tried. Nothing is changed."
        return Phase("trying", "Trying", words, True, run.applied_rows, run.rows)
    return None


def paused(phase: Phase) -> Phase:
    return Phase(f"paused-{phase.name}", f"{phase.title}: paused", phase.words, False, phase.done, phase.of)


def counts(run: ImportRun) -> list[dict[str, Any]]:
    """Rows by outcome, the good ones first; each with where to look further."""
    labels = dict(RowOutcome.choices)
    places = {} if run.dry_run else further(run)
    return [
        {
            "name": outcome.value,
            "count": f"{run.outcomes[outcome.value]:,}",
            "word": state(labels[outcome], TONES[outcome]),
            "address": places.get(outcome, ""),
        }
        for outcome in ORDER
        if run.outcomes.get(outcome.value)
    ]


def further(run: ImportRun) -> dict[RowOutcome, str]:
    rows = list_of(ImportRow, run__id__exact=str(run.pk))
    return {
        RowOutcome.UNPLACED: list_of(PurchaseLine, placed="no"),
        RowOutcome.NEEDS_PERSON: list_of(Case, open="yes"),
        RowOutcome.NO_ORDER: rows,
        RowOutcome.UNCONFIRMED: rows,
        RowOutcome.REJECTED: rows,
    }


def shown_rows(run: ImportRun) -> list[dict[str, Any]]:
    """The first rows with what would become of them, and why."""
    labels, reasons = dict(RowOutcome.choices), dict(KEPT)
    if not run.dry_run:
        return []
    rejected = run.staged.filter(outcome=RowOutcome.REJECTED).order_by("number")
    bad = [
        {"row": row.number, "outcome": RowOutcome.REJECTED.value, "reason": because(row.column, row.reason)}
        for row in rejected.only("number", "column", "reason")[:MOST_SAMPLES]
    ]
    found = first_rows(run.samples, bad if run.samples or run.finished_at else [])
    return [
        {
            **each,
            "word": state(labels[RowOutcome(each["outcome"])], TONES.get(RowOutcome(each["outcome"]), "off")),
            "reason": each.get("reason") or reasons.get(RowOutcome(each["outcome"]), ""),
        }
        for each in found
    ]


def because(column: str, reason: str) -> str:
    return f"{column}: {reason}" if column else reason


def progress(run: ImportRun) -> dict[str, Any]:
    """What the page asks for while it is open."""
    phase = phase_of(run)
    return {
        "phase": phase.name,
        "moving": phase.moving,
        "title": phase.title,
        "words": phase.words,
        "percent": phase.percent,
        "counts": {each["name"]: each["count"] for each in counts(run)},
    }
