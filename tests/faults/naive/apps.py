"""Puts the naive promise in the place of the outbox's."""

from django.apps import AppConfig


class Naive(AppConfig):
    name = "tests.faults.naive"
    label = "naive"

    def ready(self) -> None:
        from recovery.journeys import mute, request, verify  # noqa: PLC0415 - models are there only now
        from tests.faults.naive import tasks  # noqa: PLC0415

        setattr(request, "promise_to_new", tasks.promise_to_new)  # noqa: B010 - mypy knows it as a function
        setattr(verify, "promise", tasks.promise)  # noqa: B010
        setattr(mute, "promise", tasks.promise)  # noqa: B010
