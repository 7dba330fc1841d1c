"""For the long run: calls about a request carry the secret that this request was given, in the place of the token that
all calls carry; and three of four made-up ids, SKUs and addresses become those of rows that lists have shown, so that
the calls get at what they are for. See docs/api.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID
from zlib import crc32

import schemathesis

secrets: dict[str, str] = {}
given: list[str] = []  # the token of the command line; other ones are there to be refused
seen: dict[str, list[str]] = defaultdict(list)  # name of a parameter or a field -> values that are on file
LONGEST: Final = {"sku": 80, "email": 320}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if response.status_code == 202:
        told = response.json()
        secrets[told["id"]] = told["secret"]
    if response.status_code == 200 and case.operation.method.upper() == "GET":
        *_, kind, _ = case.operation.path.split("/")
        told = response.json()
        for row in told.get("items", []) if isinstance(told, dict) else []:
            for name, value in named(kind, row):
                if value not in seen[name]:
                    seen[name].append(value)


def named(kind: str, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a row of a list is called where other calls want it."""
    yield f"{kind.removesuffix('s')}_id", row["id"]
    if kind == "licenses":
        yield "license", row["id"]
    if kind == "editions":
        yield "sku", row["sku"]
    if kind == "customers":
        yield from (("email", known["address"]) for known in row["addresses"])


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    sent = (case.headers or {}).get("Authorization")
    if sent and not given:
        given.append(sent)
    secret = secrets.get(str((case.path_parameters or {}).get("request_id")))
    if secret and sent in given:
        case.headers["Authorization"] = f"Bearer {secret}"
    if case.headers and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"  # no tag that is made up is one
    for values in (case.path_parameters, case.body):
        if isinstance(values, dict):
            values.update(on_file(values))


def on_file(values: dict[str, Any]) -> dict[str, str]:
    """For three of four well-formed values, always the same ones, one that is on file."""
    return {
        name: seen[name][crc32(value.encode()) // 4 % len(seen[name])]
        for name, value in values.items()
        if seen.get(name) and is_well_formed(name, value) and crc32(value.encode()) % 4
    }


def is_well_formed(name: str, value: object) -> bool:
    """What is made up to be refused must stay as it is."""
    if not isinstance(value, str):
        return False
    if name in LONGEST:
        return 0 < len(value) <= LONGEST[name] and ("@" in value) == (name == "email")
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False
