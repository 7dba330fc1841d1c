"""The kinds of files that everything goes into, and is read from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from licensing.everything import comma, workbook
from licensing.everything.archive import zipped
from licensing.everything.loading import Source
from licensing.everything.rows import one_moment
from licensing.intake.encoding import FileRefused

CONTENT_TYPES: Final = {
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FOR_THE_OWNER: Final = 0o600


def pieces(kind: str) -> Iterator[bytes]:
    """Everything as it is now, as a `zip` of CSV files or an `xlsx`, while it is made. Raises `CannotWrite`."""
    with one_moment():
        if kind == "xlsx":
            yield from zipped(workbook.files(), huge=False)
        else:
            yield from zipped(comma.files(), huge=True)


def write(target: Path) -> None:
    """The same into a file of that kind, or, without such an ending, CSV files in a folder; for its owner's eyes only.

    Raises `FileExistsError` for what is there already, `CannotWrite`, OSError. What was begun is then taken away.
    """
    kind = target.suffix.lower().lstrip(".")
    if target.exists():
        raise FileExistsError(target)
    if kind in CONTENT_TYPES:
        write_file(target, pieces(kind))
    else:
        write_folder(target)


def write_folder(target: Path) -> None:
    unfinished = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    unfinished.mkdir(mode=0o700)
    try:
        with one_moment():
            for name, octets in comma.files():
                write_file(unfinished / name, octets)
        unfinished.rename(target)
    except BaseException:
        for file in unfinished.iterdir():
            file.unlink()
        unfinished.rmdir()
        raise


def write_file(target: Path, octets: Iterable[bytes]) -> None:
    """All of it, or nothing: it has its name only when it is whole."""
    unfinished = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_THE_OWNER)
    try:
        with os.fdopen(handle, "wb") as out:
            out.writelines(octets)
        unfinished.rename(target)
    except BaseException:
        with suppress(FileNotFoundError):
            unfinished.unlink()
        raise


def opened(path: Path) -> Source:
    """The export at that place. Raises `FileRefused` for what is none."""
    if path.is_dir():
        return comma.Folder(path)
    if path.suffix.lower() == ".xlsx":
        return workbook.Workbook(path)
    if not path.exists():
        raise FileRefused(f"There is no {path.name}.")
    return comma.Zipped(path)
