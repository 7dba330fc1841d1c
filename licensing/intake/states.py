"""What became of a file as a whole, in words: tried is not imported, and reading is neither."""

from __future__ import annotations

from licensing.models import ImportRun, ImportState, RowOutcome

_WORDS = {
    ImportState.UPLOADED: ("waits for you", "wait"),
    ImportState.STAGING: ("being read", "wait"),
    ImportState.STAGED: ("being imported", "wait"),
    ImportState.APPLYING: ("being imported", "wait"),
    ImportState.APPLIED: ("imported", "good"),
    ImportState.FAILED: ("could not be read", "bad"),
}


def state_words(run: ImportRun) -> tuple[str, str]:
    """The words, and their tone. A dry run that has ended changed nothing, and never says that it did."""
    state = ImportState(run.state)
    if run.dry_run and state in (ImportState.STAGED, ImportState.APPLYING, ImportState.APPLIED):
        return ("being tried", "wait") if run.finished_at is None else ("tried, nothing changed", "info")
    return _WORDS[state]


def counted_as(run: ImportRun) -> str:
    """What `rows` counts: of a file whose columns were named, rows of one order were joined, but for rejected ones."""
    if not run.columns:
        return "rows"
    rejected = run.outcomes.get(RowOutcome.REJECTED.value, 0)
    return "orders and rejected rows" if rejected else "orders"
