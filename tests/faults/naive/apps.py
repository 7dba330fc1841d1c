"""Puts the naive promise in the place of the outbox's."""

from django.apps import AppConfig


class Naive(AppConfig):
    name = "tests.faults.naive"
    label = "naive"

    def ready(self) -> None:
        from recovery.journeys import mute, request, verify  # noqa: PLC0415 - models are there only now
        from tests.faults.naive.tasks import promise  # noqa: PLC0415

        for journey in (mute, request, verify):
            journey.promise = promise
