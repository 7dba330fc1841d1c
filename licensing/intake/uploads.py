"""Files that come in by the console: kept in encrypted parts, so that nothing readable ever lies on a disk.

Each part is sealed to its place in its file. They stay until what was read of the file is put on file, so that a
wrong map or encoding can be corrected without a second upload.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from licensing.intake.cards import scrub
from licensing.intake.encoding import FileRefused
from licensing.keys.sealed import vault
from licensing.models import ImportPart, ImportRun, ImportState, RowOutcome, Store

PART: Final = 1024 * 1024  # octets
MOST_UPLOADED: Final = 200 * 1024 * 1024  # larger files come in by the command line


def begin(file_name: str) -> ImportRun:
    """A file of which nothing has come in yet."""
    name = scrub(file_name)[0][-300:]
    return ImportRun.objects.create(kind="", file_name=name, state=ImportState.UPLOADED)


def add_part(run: ImportRun, number: int, content: bytes) -> None:
    sealed = vault().encrypt(content, identity=part_identity(run.pk, number))
    ImportPart.objects.create(run=run, number=number, sealed=sealed)


def complete(run: ImportRun, size: int) -> None:
    """All of its parts are here."""
    run.size, run.uploaded = size, True
    run.save(update_fields=["size", "uploaded"])


def part_identity(run_id: UUID, number: int) -> str:
    return f"upload:{run_id}:{number}"


class UploadedFile:
    """A `Source` of `licensing.intake.files`. Its octets come out of the database: read it in the caller's thread."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.name = run.file_name

    def octets(self) -> io.BufferedReader:
        if not self.run.size:
            raise FileRefused(f"{self.name} is empty.")
        return io.BufferedReader(Parts(self.run), buffer_size=64 * 1024)


class Parts(io.RawIOBase):
    """The parts of an upload as one stream; one of them is held in memory at a time."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.place = 0
        self.number = -1
        self.content = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.run.size}[whence]
        self.place = start + offset
        return self.place

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer: Any) -> int:
        number, offset = divmod(self.place, PART)
        if self.place >= self.run.size:
            return 0
        self.load(number)
        piece = self.content[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self.place += len(piece)
        return len(piece)

    def load(self, number: int) -> None:
        """Raises `FileRefused` where the part is gone: another process has read the file to its end, or it expired."""
        if number == self.number:
            return
        sealed = self.run.parts.filter(number=number).values_list("sealed", flat=True).first()
        if sealed is None:
            raise FileRefused(f"{self.name_of_file} is not here any more: upload it again.")
        self.content = vault().decrypt(bytes(sealed), identity=part_identity(self.run.pk, number))
        self.number = number

    @property
    def name_of_file(self) -> str:
        return self.run.file_name


def read_as(
    run: ImportRun, *, store: Store, encoding: str, columns: Mapping[str, str], with_editions: bool
) -> bool:
    """Somebody has said what the file is: it will be read, and tried without changing anything."""
    waiting = ImportRun.objects.filter(pk=run.pk, state=ImportState.UPLOADED, uploaded=True)
    return bool(
        waiting.update(
            store=store,
            kind=store.kind,
            encoding=encoding[:40],
            columns=dict(columns),
            with_editions=with_editions,
            dry_run=True,
            state=ImportState.STAGING,
        )
    )


def pause(run: ImportRun) -> bool:
    """Whoever works on it stops behind the chunk in hand."""
    going = (ImportState.STAGING, ImportState.STAGED, ImportState.APPLYING)
    here = ImportRun.objects.filter(pk=run.pk, uploaded=True, state__in=going, paused=False)
    return bool(here.update(paused=True, lease_until=None))


def resume(run: ImportRun) -> bool:
    return bool(ImportRun.objects.filter(pk=run.pk, paused=True).update(paused=False, lease_until=None))


def keep(run: ImportRun) -> bool:
    """From here on the file, which was tried, is put on file. False where it is already, or was not read yet."""
    rejected = run.staged.filter(outcome=RowOutcome.REJECTED).count()
    with transaction.atomic():
        here = ImportRun.objects.filter(pk=run.pk, uploaded=True, state=ImportState.STAGED, dry_run=True)
        kept = here.update(
            dry_run=False,
            applied_rows=rejected,
            outcomes={RowOutcome.REJECTED.value: rejected} if rejected else {},
            samples=[],
            reached=0,
            finished_at=None,
            paused=False,
            lease_until=None,
        )
        if kept:
            run.parts.all().delete()
    return bool(kept)


def ask_again(run: ImportRun) -> bool:
    """A file that could not be read, or was read wrongly, waits for a person again, if it is still here."""
    with transaction.atomic():
        tried = Q(state=ImportState.FAILED) | Q(state=ImportState.STAGED, dry_run=True)
        here = ImportRun.objects.select_for_update().filter(tried, pk=run.pk, uploaded=True)
        if not here.exists() or not run.parts.exists():
            return False
        run.staged.all().delete()
        ImportRun.objects.filter(pk=run.pk).update(
            state=ImportState.UPLOADED,
            problem="",
            finished_at=None,
            lease_until=None,
            paused=False,
            outcomes={},
            samples=[],
            rows=0,
            applied_rows=0,
            cards_removed=0,
            position=0,
            reached=0,
        )
    return True


def discard(run: ImportRun) -> bool:
    """The file is forgotten, with all that was read of it. False for one that is being put on file, or was."""
    dropped = (ImportState.UPLOADED, ImportState.STAGING, ImportState.STAGED, ImportState.FAILED)
    with transaction.atomic():
        here = ImportRun.objects.select_for_update().filter(pk=run.pk, state__in=dropped)
        if not here.exclude(state=ImportState.STAGED, dry_run=False).exists():
            return False
        run.parts.all().delete()
        run.staged.all().delete()
        return bool(ImportRun.objects.filter(pk=run.pk).delete()[0])
