"""What a client needs to know of each call, read from the description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
DESCRIPTION: Final = ROOT / "docs" / "api" / "schema.json"
BEFORE: Final = "/api/v1/"
BEARERS: Final = {"requestSecret": "secret", "accessToken": "token"}  # as methods call them
API_KEY: Final = "apiKey"


@dataclass(frozen=True)
class Field:
    """A part of a body, of an answer or of a query."""

    name: str
    shape: dict[str, Any]
    required: bool
    words: str


@dataclass(frozen=True)
class Operation:
    """`bearer`: how the method calls what is shown; "key" for the client's own API key, empty for nothing."""

    name: str
    words: str
    method: str
    path: str  # below /api/v1/
    ids: list[str]
    query: list[Field]
    body: list[Field]
    bearer: str
    changes_row: bool
    repeatable: bool
    has_tag: bool
    told: str  # the answer's shape


def description() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return read


def operations(described: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield of(path, method, operation, described)


def of(path: str, method: str, operation: dict[str, Any], described: dict[str, Any]) -> Operation:
    parameters = operation.get("parameters", [])
    names = {each["name"] for each in parameters if each["in"] == "header"}
    success = next(each for status, each in operation["responses"].items() if status.startswith("2"))
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return Operation(
        name=operation["operationId"],
        words=operation["description"],
        method=method.upper(),
        path=path.removeprefix(BEFORE),
        ids=[each["name"] for each in parameters if each["in"] == "path"],
        query=[in_query(each) for each in parameters if each["in"] == "query"],
        body=fields(named(sent), described) if sent else [],
        bearer=bearer_of(operation["security"]),
        changes_row="If-Match" in names,
        repeatable="Idempotency-Key" in names,
        has_tag="ETag" in success.get("headers", {}),
        told=named(success["content"]["application/json"]["schema"]),
    )


def bearer_of(security: list[dict[str, list[str]]]) -> str:
    scheme = next((next(iter(each)) for each in security), "")
    return "key" if scheme == API_KEY else BEARERS.get(scheme, "")


def in_query(parameter: dict[str, Any]) -> Field:
    words = parameter.get("description", "")
    return Field(parameter["name"], parameter["schema"], bool(parameter.get("required")), words)


def named(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def fields(name: str, described: dict[str, Any]) -> list[Field]:
    """What is needed first, each part in the order of its name."""
    shape = described["components"]["schemas"][name]
    needed = set(shape.get("required", []))
    found = [
        Field(field, schema, field in needed, schema.get("description", ""))
        for field, schema in shape.get("properties", {}).items()
    ]
    return sorted(found, key=lambda each: (not each.required, each.name))


def shapes(described: dict[str, Any]) -> list[str]:
    """All but whole bodies, which methods take apart, each after those that stand in it."""
    found: list[str] = []

    def add(name: str) -> None:
        for field in fields(name, described):
            for inner in refs(field.shape):
                add(inner)
        if name not in found:
            found.append(name)

    for operation in operations(described):
        add(operation.told)
        for field in operation.body:
            for inner in refs(field.shape):
                add(inner)
    return found


def refs(schema: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield named(schema)
    inside = [schema["items"]] if "items" in schema else []
    for each in (*inside, *schema.get("oneOf", []), *schema.get("allOf", [])):
        yield from refs(each)
