"""Whether mail is being sent at all."""

from licensing.console.cells import when
from licensing.console.pages import ReadOnly


class WorkerPulseAdmin(ReadOnly):
    """One row: when a worker was last alive."""

    list_display = ("name", when("seen_at", "last sign of life"))
    details = list_display
