"""Keys without the name that they are registered to; codes that are made of that name are overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing.intake import bulk
from licensing.keys.sealed import content_of, vault
from licensing.keys.sources.document import BadDocument, read
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import KeyAssignment, KeyOrder, OrderState, RegistrationKey
from licensing.privacy.person import Person

CHUNK: Final = 500
FIELDS: Final = ("registered_name", "sealed", "tail", "file_name", "retired_reason")


def forget(person: Person) -> None:
    """The keys themselves stay, so that a code that turns up again is known, and the list of retired codes is right."""
    if not person.licenses:
        return
    unasked = KeyOrder.objects.filter(license__id__among=person.licenses)
    unasked.filter(state__in=[OrderState.OPEN, OrderState.REFUSED]).delete()
    unasked.update(problem="")
    for keys in bulk.batches(keys_of(person).iterator(chunk_size=CHUNK), CHUNK):
        RegistrationKey.objects.bulk_update([nameless(key, person) for key in keys], FIELDS)
    for assignment in KeyAssignment.objects.filter(license__id__among=person.licenses).exclude(end_reason=""):
        if person.is_told_of_in(assignment.end_reason):
            KeyAssignment.objects.filter(pk=assignment.pk).update(end_reason="")


def keys_of(person: Person) -> QuerySet[RegistrationKey]:
    """Those that ever served this person alone. One that serves somebody else now keeps its name: they need it to
    activate."""
    ever = KeyAssignment.objects.filter(key=OuterRef("pk"), license__id__among=person.licenses)
    made = KeyOrder.objects.filter(key=OuterRef("pk"), license__id__among=person.licenses)
    others = of_others(person).filter(key=OuterRef("pk"))
    return RegistrationKey.objects.filter(Exists(ever) | Exists(made), ~Exists(others))


def of_others(person: Person) -> QuerySet[KeyAssignment]:
    """What serves somebody else now."""
    others = Q(license__owner__isnull=False) & ~Q(license__owner=person.customer)
    return KeyAssignment.objects.open().filter(others)


def nameless(key: RegistrationKey, person: Person) -> RegistrationKey:
    """The key without the person, unsaved."""
    if any(map(person.is_told_of_in, (key.file_name, *texts_in(key)))):
        key.sealed = vault().encrypt(f"erased:{key.pk}".encode(), identity=key.identity)
        key.tail, key.file_name = "", "erased" if key.file_name else ""
    if person.is_told_of_in(key.retired_reason):
        key.retired_reason = ""
    key.registered_name = ""
    return key


def texts_in(key: RegistrationKey) -> Iterator[str]:
    """The code or file as text, and the name in a license document, which is not readable as it stands."""
    try:
        text = content_of(key).decode("utf-8", "replace")
    except (Tampered, UnknownKey):  # nobody can read it
        return
    yield text
    try:
        yield read(text).facts.get("name", "")
    except BadDocument:
        return
