"""The examples of docs/outgoing.md, as a receiver would use them, and events that they must tell apart."""

from __future__ import annotations

import re
import sys
import textwrap
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from unittest.mock import patch

from licensing.outgoing.kinds import KINDS, Kind
from licensing.outgoing.signing import signatures

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "outgoing.md"
SECRET: Final = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER: Final = "whsec_HxweHRobGBkWFxQVEhMQEQ4PDA0KCwgJBgcEBQIDAAE="
BODY: Final = '{"type":"pool.low","data":{"sku":"Зоя-山田"}}'.encode()


def example(language: str) -> str:
    """The one block of that language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    return str(block)


def python_verifier() -> Any:
    names: dict[str, Any] = {}
    exec(compile(example("python"), str(DOCUMENT), "exec"), names)
    return names["verified"]


def receiver(secret: str) -> Any:
    """The handler of requests of the receiver to try it with, which has the verifier beside it."""
    (lines,) = re.findall(
        r"^    # receiver\.py.*?\n(?=\n^## )", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE
    )
    lines, began, _ = textwrap.dedent(lines).replace("whsec_…", secret).rpartition("HTTPServer((")
    assert began
    signing = ModuleType("signing")
    signing.__dict__["verified"] = python_verifier()
    names: dict[str, Any] = {}
    with patch.dict(sys.modules, signing=signing):
        exec(compile(lines, str(DOCUMENT), "exec"), names)
    return names["Receiver"]


def sent(*keys: str, age: int = 0, webhook_id: str = "evt_1", body: bytes = BODY) -> dict[str, str]:
    """The headers of an attempt of so many seconds ago, signed with these secrets."""
    moment = int(time.time()) - age
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signatures(webhook_id, timestamp=moment, body=body, keys=keys),
    }


def good() -> dict[str, dict[str, str]]:
    return {
        "one secret": sent(SECRET),
        "the former one beside it": sent(OTHER, SECRET),
        "a minute old": sent(SECRET, age=60),
    }


def bad() -> dict[str, dict[str, str]]:
    signed = sent(SECRET)
    return {
        "another secret": sent(OTHER),
        "ten minutes old": sent(SECRET, age=600),
        "from the future": sent(SECRET, age=-600),
        "another id": signed | {"webhook-id": "evt_2"},
        "another time": signed | {"webhook-timestamp": str(int(signed["webhook-timestamp"]) - 1)},
        "another body": sent(SECRET, body=b"{}"),
        "no signature": signed | {"webhook-signature": ""},
        "half a signature": signed | {"webhook-signature": signed["webhook-signature"][:-8]},
        "no time": signed | {"webhook-timestamp": ""},
        "no headers": {},
    }


def row_of(kind: Kind) -> str:
    """As the table of events has it."""
    lacks = dict.fromkeys(kind.may_lack, " or null")
    data = ", ".join(f"`{name}`: {what}{lacks.get(name, '')}" for name, what in kind.data.items())
    return f"| `{kind.name}` | {kind.told} | {data} |"


def rows() -> list[str]:
    return [row_of(kind) for kind in KINDS.values()]
