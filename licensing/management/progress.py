"""A bar that moves on a terminal; a line for each tenth in a log."""

from __future__ import annotations

import sys
from typing import TextIO

WIDTH = 30


class Progress:
    """Call it with (done, of). Draws only when the picture changes."""

    def __init__(self, label: str, *, stream: TextIO | None = None) -> None:
        self.label = label
        self.stream = stream or sys.stderr
        self.moving = self.stream.isatty()
        self._drawn = -1

    def __call__(self, done: int, of: int) -> None:
        percent = min(100, done * 100 // of) if of else 100
        step = percent if self.moving else percent // 10 * 10
        if step != self._drawn:
            self._drawn = step
            self.stream.write(self.bar(percent) if self.moving else f"{self.label}: {step} %\n")
            self.stream.flush()

    def bar(self, percent: int) -> str:
        filled = percent * WIDTH // 100
        end = "\n" if percent == 100 else ""
        return f"\r{self.label:<9} [{'#' * filled}{'.' * (WIDTH - filled)}] {percent:3} %{end}"
