"""Fills an edition's pool from a file of codes, and says which of them were there already."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import IntegrityError, connection, transaction

from licensing.intake import bulk
from licensing.intake.encoding import FileRefused, open_text
from licensing.intake.known_codes import refuse_anothers, states, with_keys
from licensing.keys.code import CodeError, normalise, tail
from licensing.keys.sealed import seal, vault
from licensing.models import Edition, KeyState, RegistrationKey

CHUNK: Final = {"sqlite": 500, "postgresql": 2_000}
COLUMNS: Final = ("code", "name", "seats")
MOST_SEATS: Final = 1_000_000
FIELDS: Final = (
    "id", "edition_id", "state", "sealed", "fingerprint_a", "fingerprint_b", "tail", "registered_name", "seats",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GivenCode:
    """One row of the file. `seats`: None where the code serves all buyers."""

    number: int
    code: str
    name: str = ""
    seats: int | None = 1


@dataclass
class Filled:
    """What became of the rows: how many are new, and the numbers of those that are not, by reason."""

    new: int = 0
    repeated: list[int] = field(default_factory=list)
    in_pool: list[int] = field(default_factory=list)
    owned: list[int] = field(default_factory=list)


def import_keys(
    path: Path, *, edition: Edition, encoding: str = "", also_elsewhere: bool = False, now: datetime
) -> Filled:
    """Put the file's codes into the edition's pool: one on each line, or CSV with columns code, name, seats.

    The whole file is checked first. Raises `FileRefused`, naming the row, and then nothing of it is in the pool; so
    too for a code that another edition has, because the file is then meant for that one, unless `also_elsewhere`.
    Codes that are known already are left as they are, and counted; so a second run adds nothing.
    """

    def codes() -> Iterator[GivenCode]:
        return read_codes(path, encoding=encoding)

    return load_codes(codes, source=path.name, edition=edition, also_elsewhere=also_elsewhere, now=now)


def load_codes(
    codes: Callable[[], Iterable[GivenCode]],
    *,
    source: str,
    edition: Edition,
    also_elsewhere: bool,
    now: datetime,
) -> Filled:
    """The same for codes that come from elsewhere, and are given anew each time they are asked for. `source` is what
    messages call them by."""
    for given in codes():
        checked(given, source, edition)
    size = CHUNK.get(connection.vendor, CHUNK["sqlite"])
    if not also_elsewhere:
        others = list(with_keys().exclude(pk=edition.pk))
        for batch in bulk.batches(codes(), size):
            refuse_anothers({each.number: each.code for each in batch}, others, source, edition)
    filled, seen = Filled(), set[bytes]()
    for batch in bulk.batches(codes(), size):
        fill(batch, filled, seen, edition=edition, now=now)
    Edition.objects.filter(pk=edition.pk).update(stocked_at=now)
    return filled


def checked(given: GivenCode, source: str, edition: Edition) -> str:
    try:
        return normalise(given.code, form=edition.code_form)
    except CodeError as error:
        raise FileRefused(f"{source}, row {given.number}: {error.message}") from None


def fill(
    batch: Sequence[GivenCode], filled: Filled, seen: set[bytes], *, edition: Edition, now: datetime
) -> None:
    """One short transaction; again where somebody else put in the same code meanwhile."""
    normal = [normalise(given.code, form=edition.code_form) for given in batch]
    marks_of_all = vault().fingerprints_of_all(normal, edition=str(edition.pk))
    fresh = []
    for given, *of_slots in zip(batch, *marks_of_all.values(), strict=True):
        marks, first = dict(zip(marks_of_all, of_slots, strict=True)), of_slots[0]
        (filled.repeated.append(given.number) if first in seen else fresh.append((given, marks)))
        seen.add(first)
    try:
        put(fresh, filled, edition=edition, now=now)
    except IntegrityError:
        put(fresh, filled, edition=edition, now=now)


def put(
    fresh: Iterable[tuple[GivenCode, dict[str, bytes]]], filled: Filled, *, edition: Edition, now: datetime
) -> None:
    fresh = list(fresh)
    with transaction.atomic():
        known = states(edition, {slot: [marks[slot] for _, marks in fresh] for slot in vault().slots})
        new = [(given, marks) for given, marks in fresh if not any(mark in known for mark in marks.values())]
        bulk.insert(RegistrationKey, FIELDS, [row_of(given, marks, edition) for given, marks in new], now=now)
    filled.new += len(new)
    for given, marks in fresh:
        if state := next((known[mark] for mark in marks.values() if mark in known), None):
            (filled.in_pool if state == KeyState.POOL else filled.owned).append(given.number)


def row_of(given: GivenCode, marks: dict[str, bytes], edition: Edition) -> tuple[object, ...]:
    key_id = bulk.new_id()
    found_by = (marks.get("a"), marks.get("b"))
    shown = (tail(given.code), given.name, given.seats)
    return (key_id, edition.pk, KeyState.POOL.value, seal(given.code, key_id=key_id), *found_by, *shown)


def read_codes(path: Path, *, encoding: str) -> Iterator[GivenCode]:
    """The file's codes, empty lines left out. Raises `FileRefused`."""
    with open_text(path, encoding=encoding) as stream:
        try:
            first = stream.readline()
            stream.seek(0)
            yield from read_csv(stream, path) if is_header(first) else read_lines(stream)
        except UnicodeError:
            raise FileRefused(
                f"{path.name} is not {stream.encoding.upper().removesuffix('-SIG')}. "
                "Name its encoding, for example --encoding windows-1252."
            ) from None
        except csv.Error as error:
            raise FileRefused(f"{path.name} cannot be read as CSV ({error}).") from None


def is_header(line: str) -> bool:
    names = [name.strip().strip('"').lower() for name in line.split(",")]
    return "code" in names and set(names) <= set(COLUMNS)


def read_lines(stream: io.TextIOWrapper) -> Iterator[GivenCode]:
    for number, line in enumerate(stream, start=1):
        if code := line.strip():
            yield GivenCode(number, code)


def read_csv(stream: io.TextIOWrapper, path: Path) -> Iterator[GivenCode]:
    rows = csv.reader(stream, strict=True)
    names = [name.strip().lower() for name in next(rows)]
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            raise FileRefused(
                f"{path.name}, row {number}: has {len(cells)} cells where the first row has {len(names)}."
            )
        row = dict(zip(names, cells, strict=True))
        name = " ".join(row.get("name", "").split())[:300]
        yield GivenCode(number, row["code"].strip(), name, seats_of(row.get("seats", ""), path, number))


def seats_of(cell: str, path: Path, number: int) -> int | None:
    """1 where nothing is said, None for `all`."""
    word = cell.strip().lower()
    if word == "all":
        return None
    if not word:
        return 1
    if not (word.isascii() and word.isdigit() and 1 <= int(word[:9]) <= MOST_SEATS):
        raise FileRefused(f'{path.name}, row {number}: seats must be a whole number, or "all".')
    return int(word)
