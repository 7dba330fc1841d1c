"""A file of this machine handed over to the worker for files, as one that was uploaded in the console is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from licensing.intake.cards import scrub
from licensing.intake.encoding import open_octets
from licensing.intake.uploads import PART, add_part, complete
from licensing.models import ImportRun, Store


def hand_over(
    path: Path,
    *,
    store: Store,
    encoding: str = "",
    columns: Mapping[str, str] | None = None,
    with_editions: bool = False,
) -> ImportRun:
    """Keep the file in encrypted parts, to be read and put on file by a worker. Raises `FileRefused`.

    Until its last part is here nobody works on it; what was broken off is forgotten after a day.
    """
    with open_octets(path) as octets:
        run = ImportRun.objects.create(
            store=store,
            kind=store.kind,
            file_name=scrub(path.name)[0][-300:],
            encoding=encoding[:40],
            columns=dict(columns or {}),
            with_editions=with_editions,
        )
        size = 0
        while content := octets.read(PART):
            add_part(run, size // PART, content)
            size += len(content)
    complete(run, size)
    return run
