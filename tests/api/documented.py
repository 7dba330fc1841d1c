"""The examples of docs/api.md and docs/api-dialog.md."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"


def blocks(document: str, language: str) -> list[str]:
    text = (DOCS / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def python_dialog() -> Any:
    dialog = ModuleType("documented_dialog")
    exec(compile(blocks("api-dialog.md", "python")[0], "api-dialog.md", "exec"), dialog.__dict__)
    return dialog


def python_call(dialog: Any, *, service: str, sku: str) -> None:
    """The lines below it, as typed into the same file."""
    lines = blocks("api-dialog.md", "python")[1]
    for given, own in (("http://127.0.0.1:8000", service), ("clipcutter-windows", sku)):
        assert given in lines
        lines = lines.replace(given, own)
    exec(compile(lines, "api-dialog.md", "exec"), dialog.__dict__)


def javascript_dialog() -> str:
    return blocks("api-dialog.md", "javascript")[0]


def javascript_program(*, service: str, sku: str) -> str:
    """With the lines below it, looking for news every hundredth of a second."""
    lines = "".join(blocks("api-dialog.md", "javascript"))
    for given, own in (("http://127.0.0.1:8000", service), ("clipcutter-windows", sku), ("3000", "10")):
        assert given in lines
        lines = lines.replace(given, own)
    return lines
