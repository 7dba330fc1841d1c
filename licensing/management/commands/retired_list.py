"""`manage.py retired_list`: brings the list of retired codes up to date, and says how it stands."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from licensing.audit.commands import RecordedCommand
from licensing.keys.listable import Judgement, in_words, judge
from licensing.keys.retired import refresh
from licensing.keys.retired_reading import NotIssued, current
from licensing.keys.signing import NoSigningKey
from licensing.models import Edition, RetiredCode


class Command(RecordedCommand):
    help = (
        "Brings the list of retired codes up to date, and says how it stands. The worker does it by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="Issue a new list even if nothing changed."
        )

    def handle(self, *, rebuild: bool, **options: Any) -> None:
        try:
            issued = refresh(now=timezone.now(), rebuild=rebuild)
            state = current()
        except (NoSigningKey, NotIssued) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("A new list was issued." if issued else "Nothing has changed.")
        count = RetiredCode.objects.filter(listed=True).count()
        self.stdout.write(f"{count:>9,} codes, {state.size:,} bytes")
        self.stdout.write(f"Sequence {state.sequence}, signed by {state.signed_by}")
        self.stdout.write(
            f"Issued {state.issued_at:%Y-%m-%d %H:%M}, expires {state.expires_at:%Y-%m-%d %H:%M}"
        )
        for line in reasons(is_empty=not count):
            self.stdout.write(line)


def reasons(*, is_empty: bool) -> Iterator[str]:
    """What is listed and why, edition by edition. Of an empty list, also of those that never come onto it."""
    checking = Edition.objects.filter(checks_retired_list=True)
    judged = [(edition, judge(edition)) for edition in checking]
    if is_empty:
        yield why_empty(judged)
    for edition, judgement in judged:
        yield f"{edition.sku}: {judgement.sentence}"
    if is_empty:
        yield from (f"{each.sku}: {in_words(each)}" for each in Edition.objects.exclude(pk__in=checking))


def why_empty(judged: Sequence[tuple[Edition, Judgement]]) -> str:
    if not judged:
        return (
            "The list is empty: of no edition it is said that its application checks the list. Say so at the edition "
            "in the console, or in the column checks_retired_list of `catalogue load`."
        )
    if not any(judgement.listable for _, judgement in judged):
        return "The list is empty: every edition whose application checks it is left out."
    return "The list is empty: no code of the editions that may stand on it has retired."
