"""The codes that came with orders: which keys they are, who holds those, and who may be given them.

The rule above all: one customer's key is never handed to a second one. A code that already serves another customer
stays where it is, and the order that came with it waits for a person. A code that the same customer brings again
(a repeated purchase, a renewal) serves that customer's new units too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from licensing.intake import bulk
from licensing.intake.meanings import Item
from licensing.keys.code import normalise, tail
from licensing.keys.sealed import seal, vault
from licensing.models import KeyAssignment, KeyState, RegistrationKey

Marks = dict[str, bytes]  # fingerprint slot -> fingerprint
FIELDS = (
    "id",
    "edition_id",
    "state",
    "sealed",
    "fingerprint_a",
    "fingerprint_b",
    "tail",
    "registered_name",
    "seats",
)


class Overtaken(Exception):
    """Another transaction took what this one had found free: read again and decide anew."""


class CodeOwned(Exception):
    """The code serves another customer, or is retired. `key_id` says which key it is."""

    def __init__(self, key_id: str) -> None:
        super().__init__(str(key_id))
        self.key_id = key_id


@dataclass(slots=True)
class Held:
    """One key, as it stands on file and as this chunk changes it."""

    key_id: str
    state: str
    seats: int | None
    owners: set[str | None] = field(default_factory=set)
    taken: int = 0  # the highest seat in use, or in its grace period
    was: tuple[str, int | None] | None = None  # state and seats on file; None for a key that is new

    @property
    def is_reserved(self) -> bool:
        """Whether a generator made it for a license that it does not serve yet."""
        return self.was == (KeyState.SERVING, 1) and not self.owners

    def give(self, owner: str | None, units: int, *, shared: bool) -> Sequence[int | None]:
        """The seats for so many more units of that owner. Raises `CodeOwned`."""
        if self.state == KeyState.RETIRED or (self.is_reserved and not shared):
            raise CodeOwned(self.key_id)
        if shared or self.seats is None:
            self.seats = None
        elif self.owners - {owner} or (self.owners and owner is None):
            raise CodeOwned(self.key_id)
        else:
            self.seats = max(self.seats, self.taken + units)
        self.state = KeyState.SERVING.value
        self.owners.add(owner)
        first, self.taken = self.taken + 1, self.taken + units
        return [None] * units if self.seats is None else range(first, first + units)


class Codes:
    """All the keys that one chunk of orders speaks of, looked up in one go."""

    def __init__(self, wanted: Iterable[tuple[Item, str]], *, now: datetime) -> None:
        self._marks = {(item.edition_id, code): marks_of(item, code) for item, code in wanted}
        self._held: dict[tuple[str, bytes], Held] = {}
        self._new: list[tuple[object, ...]] = []
        self.load(now=now)

    def load(self, *, now: datetime) -> None:
        for key in on_file(self._marks.values()):
            held = Held(str(key.pk), key.state, key.seats, was=(key.state, key.seats))
            for mark in (key.fingerprint_a, key.fingerprint_b):
                if mark is not None:
                    self._held[str(key.edition_id), bytes(mark)] = held
        by_id = {held.key_id: held for held in self._held.values()}
        open_ones = KeyAssignment.objects.filter(key__id__among=by_id, key__seats__isnull=False)
        for key_id, seat, ends_at, owner in open_ones.values_list("key", "seat", "ends_at", "license__owner"):
            held = by_id[str(key_id)]
            held.owners.add(str(owner) if owner else None)
            held.taken = max(held.taken, (seat or 0) if ends_at is None or ends_at > now else 0)

    def give(
        self, item: Item, code: str, *, owner: str | None, units: int, registered_name: str
    ) -> tuple[str, Sequence[int | None]]:
        """The key of that code, new if nobody knows it yet, and its seats for the owner. Raises `CodeOwned`."""
        held = self.find(item, code) or self.make(item, code, units, registered_name)
        return held.key_id, held.give(owner, units, shared=item.shared)

    def find(self, item: Item, code: str) -> Held | None:
        marks = self._marks[item.edition_id, code].values()
        return next((held for mark in marks if (held := self._held.get((item.edition_id, mark)))), None)

    def make(self, item: Item, code: str, units: int, registered_name: str) -> Held:
        held = Held(bulk.new_id(), KeyState.SERVING.value, None if item.shared else units)
        marks = self._marks[item.edition_id, code]
        for mark in marks.values():
            self._held[item.edition_id, mark] = held
        self._new.append(
            (
                held.key_id,
                item.edition_id,
                held.state,
                seal(code, key_id=held.key_id),
                marks.get("a"),
                marks.get("b"),
                tail(code),
                "" if item.shared else registered_name,
                held,
            )
        )
        return held

    def save(self, *, now: datetime) -> None:
        """Write new keys and what changed of the others. Raises `Overtaken` if one is not as it was found."""
        rows = [(*row[:-1], held.seats) for row in self._new if isinstance(held := row[-1], Held)]
        bulk.insert(RegistrationKey, FIELDS, rows, now=now)
        for held in {held.key_id: held for held in self._held.values()}.values():
            if held.was and held.was != (held.state, held.seats):
                state, seats = held.was
                unchanged = RegistrationKey.objects.filter(pk=held.key_id, state=state, seats=seats)
                if not unchanged.update(state=held.state, seats=held.seats):
                    raise Overtaken


def marks_of(item: Item, code: str) -> Marks:
    return vault().fingerprints(normalise(code, form=item.edition.code_form), edition=item.edition_id)


def on_file(wanted: Iterable[Marks]) -> Iterable[RegistrationKey]:
    """The keys with one of these fingerprints, whichever slot was filled when they were written."""
    marks = list(wanted)
    if not marks:
        return ()
    found = Q()
    for slot in marks[0]:
        found |= Q(**{f"fingerprint_{slot}__among": [mark[slot] for mark in marks]})
    columns = ("edition_id", "state", "seats", "fingerprint_a", "fingerprint_b")
    return RegistrationKey.objects.filter(found).only("id", *columns)
