"""`manage.py customers export|erase`: what is held of a person, written out or erased."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from licensing.addresses import AddressError, canonical
from licensing.models import EmailAddress
from recovery.errors import Disputed
from recovery.journeys.privacy import EraseReason, erase, export_of

BY: Final = "command"
FOR_THE_OWNER: Final = 0o600
DISPUTED: Final = (
    "Nothing was erased: somebody objected to a change of owner that concerns them. "
    "Undo it, or let it stand, first."
)


class Command(BaseCommand):
    help = "Writes out what is held of a customer, or erases them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        export = actions.add_parser("export", help="everything held of them as a zip archive, codes masked")
        export.add_argument("whose", metavar="ADDRESS")
        export.add_argument("file", type=Path)
        export.add_argument("--reason", required=True, help="who asked for it, and how; recorded")
        erasing = actions.add_parser("erase", help="erase them; orders and keys stay without them")
        erasing.add_argument("whose", metavar="ADDRESS")
        erasing.add_argument("--reason", required=True, choices=[each.value for each in EraseReason])
        erasing.add_argument("--yes", action="store_true", help="do it: it cannot be undone")

    def handle(self, *, action: str, whose: str, reason: str, **options: Any) -> None:
        customer = owner_of(whose)
        if action == "export":
            made = export_of(customer, by=BY, reason=reason, now=timezone.now())
            write(options["file"], made)
            self.stdout.write(f"Written: {options['file']}.")
            return
        if not options["yes"]:
            raise CommandError("Nothing was erased. It cannot be undone: add --yes to do it.")
        try:
            erase(customer, by=BY, reason=EraseReason(reason), now=timezone.now())
        except Disputed:
            raise CommandError(DISPUTED) from None
        self.stdout.write("Erased. Orders and keys stay without the person.")


def owner_of(whose: str) -> UUID:
    """Also by a former address: who asks to be erased means all of it."""
    try:
        address = canonical(whose, smtputf8=settings.SMTPUTF8)
    except AddressError as error:
        raise CommandError(error.message) from None
    customer = EmailAddress.objects.filter(canonical=address).values_list("customer", flat=True).first()
    if customer is None:
        raise CommandError("Nothing is filed under this address.")
    return customer


def write(path: Path, octets: bytes) -> None:
    """For its owner's eyes only; overwrites nothing."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_THE_OWNER)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "wb") as out:
        out.write(octets)
