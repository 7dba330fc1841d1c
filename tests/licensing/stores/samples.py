"""The recorded notifications of `licensing/intake/stores/samples/`."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "licensing" / "intake" / "stores" / "samples"


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def document(name: str) -> Any:
    return json.loads(sample(name))


def named(beginning: str) -> list[str]:
    """The files whose names begin so, in a fixed order."""
    return sorted(path.name for path in FOLDER.iterdir() if path.name.startswith(beginning))
