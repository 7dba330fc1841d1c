"""Proving the audit trail: that nothing in it was changed, left out, put between or exchanged since it was written.

Reads it once, a few hundred rows at a time, whatever its length. What says of people who were erased is proved like the
rest: the chain covers the ciphertext.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag

from licensing.audit.chain import KEY, digest_of
from licensing.audit.sealing import opened_with
from licensing.keys.sealed import vault
from licensing.keys.stored import existing_key
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import AuditEntry, AuditLink, AuditPending, StoredKey

AT_ONCE: Final = 500
MOST: Final = 20  # problems that are told; the first is the one that matters
NO_KEY: Final = "The chain's key is gone: without it nothing can be proved."
LOCKED: Final = "The chain's key cannot be opened with the present ENCRYPTION_KEYS."


class Head(NamedTuple):
    """The last link. Written down elsewhere, it proves later that nothing was cut off."""

    number: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"


NOTHING: Final = Head(0, b"")


@dataclass
class Proof:
    """How far the chain was read, what was wrong, and how many entries nobody can read any more."""

    head: Head = NOTHING
    problems: list[str] = field(default_factory=list)
    erased: int = 0
    pending: int = 0

    def tell(self, problem: str) -> None:
        if len(self.problems) < MOST:
            self.problems.append(problem)


def head() -> Head:
    """The last link as it stands; number 0 before there is one."""
    last = AuditLink.objects.order_by("-number").first()
    return Head(last.number, bytes(last.digest)) if last else NOTHING


def verify(*, expected: Head | None = None) -> Proof:
    """Everything that is wrong with the trail. `expected`: a head from before, which must still be in the chain."""
    proof = Proof()
    try:
        key = existing_key(KEY)
    except (Tampered, UnknownKey):
        return Proof(problems=[LOCKED])
    if key is None and AuditLink.objects.exists():
        return Proof(problems=[NO_KEY])
    for link, entry in in_order():
        check(link, entry, key or b"", proof)
        if expected and link.number == expected.number and bytes(link.digest) != expected.digest:
            proof.tell(f"Link {link.number} is not the one that you expect: the chain was made anew.")
        proof.head = Head(link.number, bytes(link.digest))
    if expected and proof.head.number < expected.number:
        proof.tell(
            f"The chain ends at {proof.head.number}, and reached {expected.number}: its end was cut off."
        )
    check_entries(proof)
    return proof


def in_order() -> Iterator[tuple[AuditLink, AuditEntry | None]]:
    """Each link with its entry, if it is there, up to the last one of now."""
    last, number = head().number, 0
    while links := list(
        AuditLink.objects.filter(number__gt=number, number__lte=last).order_by("number")[:AT_ONCE]
    ):
        entries = AuditEntry.objects.in_bulk([link.entry_id for link in links])
        yield from ((link, entries.get(link.entry_id)) for link in links)
        number = links[-1].number


def check(link: AuditLink, entry: AuditEntry | None, key: bytes, proof: Proof) -> None:
    number, before = proof.head.number + 1, proof.head.digest
    if link.number != number:
        proof.tell(f"Link {number} is missing: link {link.number} follows on {number - 1}.")
    if entry is None:
        proof.tell(f"Link {link.number} has no entry: it was removed.")
        return
    right = digest_of(entry, number=link.number, before=before, key=key)
    if right != bytes(link.digest):
        when = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC"
        proof.tell(
            f"Link {link.number} does not fit: its entry ({entry.pk}, {when}) or what precedes it was changed."
        )


def check_entries(proof: Proof) -> None:
    """Entries that are in no chain, and those whose text does not belong to them."""
    proof.pending = AuditPending.objects.count()
    for entry in AuditEntry.objects.filter(link=None, pending=None).order_by("id")[:MOST]:
        proof.tell(f"Entry {entry.pk} is in no chain: it was put there, or its link was removed.")
    for entries in all_entries():
        keys = keys_of(entries)
        proof.erased += sum(entry.key not in keys for entry in entries)
        for entry in entries:
            if entry.key in keys and not can_be_read(entry, keys[entry.key]):
                proof.tell(f"Entry {entry.pk} cannot be read: its text or its key was exchanged.")


def all_entries() -> Iterator[list[AuditEntry]]:
    rows = AuditEntry.objects.order_by("id")
    found = list(rows[:AT_ONCE])
    while found:
        yield found
        found = list(rows.filter(pk__gt=found[-1].pk)[:AT_ONCE])


def keys_of(entries: list[AuditEntry]) -> dict[str, bytes | None]:
    """Those that are there, by name; None for one that the vault does not open."""
    stored = StoredKey.objects.filter(name__in={entry.key for entry in entries})
    return {each.name: unlocked(each) for each in stored}


def unlocked(stored: StoredKey) -> bytes | None:
    try:
        return vault().decrypt(bytes(stored.sealed), identity=stored.identity)
    except (Tampered, UnknownKey):
        return None


def can_be_read(entry: AuditEntry, key: bytes | None) -> bool:
    try:
        return key is not None and opened_with(key, entry) is not None
    except (InvalidTag, ValueError):
        return False
