"""What a fault of ours may say in a log: its kind and its place, never the words, which may quote a customer's data."""

from __future__ import annotations

import traceback
from pathlib import Path


def place_of(error: BaseException) -> str:
    """`fastspring.py:120 in items, ValueError`."""
    frames = traceback.extract_tb(error.__traceback__)
    name = type(error).__name__
    if not frames:
        return name
    last = frames[-1]
    return f"{Path(last.filename).name}:{last.lineno} in {last.name}, {name}"
