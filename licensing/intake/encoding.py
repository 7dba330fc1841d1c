"""Opens a file as text, or says in one line why it is none."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import Final

LARGEST_FILE: Final = 1_000_000_000  # octets; a vendor with more exports a range of dates at a time
_HEAD: Final = 65_536

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class FileRefused(Exception):
    """The file cannot be read to its end, so nothing of it is applied. The message says what and where."""


def open_text(path: Path, *, encoding: str = "") -> io.TextIOWrapper:
    """The file, strictly decoded: UTF-8 with or without BOM and UTF-16 are recognised, others must be named.

    Raises `FileRefused` for a file that is missing, empty, too large or not text, and for an unknown encoding.
    """
    raw = open_octets(path)
    return as_text(raw, encoding=encoding_of(raw, name=path.name, named=encoding))


def open_octets(path: Path) -> io.BufferedReader:
    """Raises `FileRefused` for a file that is missing, empty or too large."""
    try:
        refuse_size(path, path.stat().st_size)
        return path.open("rb")
    except OSError as error:
        raise FileRefused(f"{path.name} cannot be opened: {error.strerror}.") from None


def as_text(raw: io.BufferedReader, *, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="")


def encoding_of(raw: io.BufferedReader, *, name: str, named: str = "") -> str:
    """The encoding that the user named, or that the file shows. Where it is refused the file is closed."""
    try:
        head = raw.read(_HEAD)
        raw.seek(0)
        return chosen(name, head, named)
    except OSError as error:
        raw.close()
        raise FileRefused(f"{name} cannot be read: {error.strerror}.") from None
    except FileRefused:
        raw.close()
        raise


def after_mark(raw: io.BufferedReader, encoding: str) -> str:
    """Moves behind the mark that a file may begin with, and says the encoding of what follows."""
    known = codecs.lookup(encoding).name.removesuffix("-sig")
    head = raw.read(4)
    for bom, plain in _MARKS:
        if head.startswith(bom) and plain.startswith(known):
            raw.seek(len(bom))
            return plain
    raw.seek(0)
    return "utf-8" if known == "utf-8" else encoding


def keeps_its_place(encoding: str) -> bool:
    """Whether text in this encoding can be read from its middle on: each character stands for itself, and there is no
    mark at the beginning that says how."""
    name = codecs.lookup(encoding).name
    return name != "utf-16" and not name.startswith(("utf-7", "hz", "iso2022", "utf-32"))


def refuse_size(path: Path, size: int) -> None:
    if not size:
        raise FileRefused(f"{path.name} is empty.")
    if size > LARGEST_FILE:
        raise FileRefused(
            f"{path.name} has {size / 1e9:.1f} GB, more than the {LARGEST_FILE / 1e9:.0f} GB that are taken at once. "
            "Export a shorter range of dates at a time."
        )


def chosen(name: str, head: bytes, named: str) -> str:
    """The encoding that the user named, or the one that the file's first octets show."""
    found = named or recognised(head)
    try:
        known = codecs.lookup(found)
        "".encode(found)
    except (LookupError, ValueError):  # the latter of names that are none, and of codecs that take no text
        raise FileRefused(
            f"There is no text encoding {found!r}; Windows files often have windows-1252."
        ) from None
    wide = known.name.startswith(("utf-16", "utf-32"))
    if not wide and is_binary(head):
        spreadsheet = " It looks like a spreadsheet: save it as CSV." if head.startswith(b"PK") else ""
        raise FileRefused(f"{name} is not a text file.{spreadsheet}")
    return "utf-8-sig" if known.name == "utf-8" else found


def is_binary(head: bytes) -> bool:
    """Whether control characters stand in the first line, or are more than one in a hundred. A stray one further down
    is one row's trouble, not the file's."""
    return bool(_BINARY.search(head.partition(b"\n")[0])) or len(_BINARY.findall(head)) > max(
        8, len(head) // 100
    )


def recognised(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    # Without a mark: a CSV file begins with a letter of ASCII or a quote, so its other octet is zero in UTF-16.
    if len(head) > 3 and len(head) % 2 == 0 and bool(head[0]) != bool(head[1]):
        return "utf-16-le" if head[0] else "utf-16-be"
    return "utf-8"
