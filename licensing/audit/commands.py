"""Commands that change something, in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.core.management.base import BaseCommand

from licensing.audit.occasion import occasion
from licensing.audit.trail import record

BY: Final = "command"
# Of every command of Django's; none says what was done.
USUAL: Final = {
    "verbosity",
    "settings",
    "pythonpath",
    "traceback",
    "no_color",
    "force_color",
    "skip_checks",
    "stdout",
    "stderr",
}


class RecordedCommand(BaseCommand):
    """Its run is recorded before it begins, with what it was given: whoever breaks off a deed began it all the same.

    `only_shows`: values of its first argument (`action` or `deed`) that change nothing. Secrets are never arguments.
    """

    only_shows: ClassVar[frozenset[str]] = frozenset()

    def execute(self, *args: Any, **options: Any) -> str | None:
        with occasion("command"):
            if not self.only_shows & {options.get("action"), options.get("deed")}:
                record(f"command.{self.name}", by=BY, details=given(options))
            return super().execute(*args, **options)

    @property
    def name(self) -> str:
        return type(self).__module__.rpartition(".")[2]


def given(options: Mapping[str, Any]) -> dict[str, str]:
    kept = {
        name: value for name, value in options.items() if name not in USUAL and value not in (None, False)
    }
    return {name: str(value) for name, value in kept.items()}
