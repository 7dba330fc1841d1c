"""Files as a vendor writes them, and the commands that read them."""

from pathlib import Path

from django.core.management import call_command


def written(folder: Path, text: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def load(command: str, path: Path, *options: str) -> None:
    call_command(command, "load", str(path), *options)
