"""The examples of docs/retired-keys.md, run as an application would run them."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from licensing.models import SigningKey

DOCUMENT = Path(__file__).parents[3] / "docs" / "retired-keys.md"


def example(language: str) -> str:
    """The one block of that language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    return str(block)


def python_client() -> Any:
    client = ModuleType("documented_client")
    exec(compile(example("python"), str(DOCUMENT), "exec"), client.__dict__)
    return client


def shipped(*keys: SigningKey) -> dict[str, str]:
    """The public keys as an application knows them."""
    return {key.name: base64.b64encode(bytes(key.public)).decode() for key in keys}
