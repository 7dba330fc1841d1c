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


def javascript_dialog() -> str:
    return blocks("api-dialog.md", "javascript")[0]
