"""Where the octets of a file are: on the disk, or uploaded, in encrypted parts."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from licensing.intake.encoding import open_octets


@dataclass(frozen=True)
class FileOnDisk:
    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def octets(self) -> io.BufferedReader:
        return open_octets(self.path)
