"""Which of many codes are on file already, for their own edition or for another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from django.db.models import Exists, OuterRef, QuerySet

from licensing.intake.encoding import FileRefused
from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import vault
from licensing.models import Edition, RegistrationKey


class KnownElsewhere(FileRefused):
    """A code is on file for another edition, so the codes are perhaps meant for that one."""

    def __init__(self, source: str, number: int, other: Edition, edition: Edition) -> None:
        super().__init__(
            f"{source}, row {number}: this code is on file for {other.sku}. If the file is meant for {edition.sku} all "
            "the same, say --also-elsewhere."
        )
        self.number, self.sku = number, other.sku


def with_keys() -> QuerySet[Edition]:
    return Edition.objects.filter(Exists(RegistrationKey.objects.filter(edition=OuterRef("pk"))))


def refuse_anothers(
    codes: Mapping[int, str], others: Sequence[Edition], source: str, edition: Edition
) -> None:
    """Fingerprints are keyed by edition, so each of the others is asked in turn: vendors have some dozens of them. What
    is the same for all of them is done once. Raises `KnownElsewhere`."""
    normal_forms = {form: normal_by_number(codes, form) for form in {each.code_form for each in others}}
    for other in others:
        normal = normal_forms[other.code_form]
        marks = vault().fingerprints_of_all(list(normal.values()), edition=str(other.pk))
        if known := states(other, marks):
            rows = zip(normal, *marks.values(), strict=True)
            number = next(number for number, *of_slots in rows if known.keys() & of_slots)
            raise KnownElsewhere(source, number, other, edition)


def normal_by_number(codes: Mapping[int, str], form: str) -> dict[int, str]:
    """The codes as that form has them, without those that it could not be codes of."""
    normal = {}
    for number, code in codes.items():
        with suppress(CodeError):
            normal[number] = normalise(code, form=form)
    return normal


def states(edition: Edition, marks: Mapping[str, Sequence[bytes]]) -> dict[bytes, str]:
    """Fingerprint -> the state of the key that has it already."""
    found: dict[bytes, str] = {}
    for slot, wanted in marks.items():
        column = f"fingerprint_{slot}"
        # A list would be looked through by the ORM for expressions, which takes longer than the database does.
        keys = edition.keys.filter(**{f"{column}__among": frozenset(wanted)})
        found |= {bytes(mark): state for mark, state in keys.values_list(column, "state")}
    return found
