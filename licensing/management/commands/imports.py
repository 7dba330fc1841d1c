"""`manage.py imports show|pause|resume`: files that were handed over or uploaded, and how far each of them is."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final
from uuid import UUID

from django.core.management.base import CommandError

from licensing.audit.commands import RecordedCommand
from licensing.import_tasks import publish
from licensing.intake.states import counted_as, state_words
from licensing.intake.uploads import pause, resume
from licensing.models import ImportRun, RowOutcome

SHOWN: Final = 20


class Command(RecordedCommand):
    help = "Shows the last files and what became of their rows; pauses one, or has it go on."
    only_shows = frozenset({"show"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help=f"the last {SHOWN} files")
        show.add_argument("--store", default="", metavar="NAME", help="of this store only")
        for name, words in (("pause", "stop behind the rows in hand"), ("resume", "go on")):
            actions.add_parser(name, help=words).add_argument("id", type=UUID, metavar="ID")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "show":
            self.show(options["store"])
        elif action == "pause":
            self.say(pause(self.run_of(options["id"])), "paused")
        else:
            self.say(resume(self.run_of(options["id"])), "going on")
            publish()

    def run_of(self, run_id: UUID) -> ImportRun:
        run = ImportRun.objects.filter(pk=run_id).first()
        if run is None:
            raise CommandError("There is no such file.")
        return run

    def say(self, done: bool, words: str) -> None:
        if not done:
            raise CommandError("There is nothing to change about that file now.")
        self.stdout.write(words)

    def show(self, store: str) -> None:
        runs = ImportRun.objects.filter(store__name=store) if store else ImportRun.objects.all()
        found = list(runs.select_related("store")[:SHOWN])
        for run in found:
            self.stdout.write(f"{run.pk}  {run.file_name}  {run.store or ''}  {how_far(run)}")
            if told := outcomes(run):
                self.stdout.write(f"    {told}")
        if not found:
            self.stdout.write("no file yet")


def how_far(run: ImportRun) -> str:
    if run.problem:
        return f"{state_words(run)[0]}: {run.problem}"
    paused = ", paused" if run.paused else ""
    read = f"{100 * run.position // run.size} % read, " if run.size and not run.rows else ""
    return f"{state_words(run)[0]}{paused}: {read}{run.applied_rows:,} of {run.rows:,} {counted_as(run)}"


def outcomes(run: ImportRun) -> str:
    labels = dict(RowOutcome.choices)
    return ", ".join(f"{count:,} {labels.get(name, name)}" for name, count in sorted(run.outcomes.items()))
