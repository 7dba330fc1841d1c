"""The Python client: shapes as TypedDicts, a method for each call."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from clients.operations import ROOT, Field, Operation, description, fields, operations, refs, shapes

HEAD: Final = ROOT / "clients" / "heads" / "python.txt"
FILE: Final = ROOT / "clients" / "python" / "license_recovery.py"
KINDS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
WIDE: Final = 104


def code() -> str:
    described = description()
    parts = [HEAD.read_text().rstrip()]
    parts += [shape(name, fields(name, described)) for name in shapes(described)]
    methods = "\n\n".join(method(each) for each in operations(described))
    parts.append(f'class LicenseRecovery(Connection):\n    """Every call of the API."""\n\n{methods}')
    return "\n\n\n".join(parts) + "\n"


def shape(name: str, parts: list[Field]) -> str:
    if any(keyword.iskeyword(each.name) for each in parts):
        lines = "".join(f'        "{each.name}": {part(each)},\n' for each in parts)
        return f'{name} = TypedDict(\n    "{name}",\n    {{\n{lines}    }},\n)'
    return f"class {name}(TypedDict):\n" + "\n".join(f"    {each.name}: {part(each)}" for each in parts)


def part(field: Field) -> str:
    kind = kind_of(field.shape)
    return kind if field.required else f"NotRequired[{kind}]"


def kind_of(schema: dict[str, Any]) -> str:
    if "items" in schema:
        return f"list[{kind_of(schema['items'])}]"
    if inner := next(refs(schema), ""):
        empty = any(each.get("type") == "null" for each in schema.get("oneOf", []))
        return f"{inner} | None" if empty else inner
    kinds = schema.get("type", "string")
    names = [KINDS.get(each, "None") for each in ([kinds] if isinstance(kinds, str) else kinds)]
    return " | ".join(names)


def snake(name: str) -> str:
    return re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name)


def method(call: Operation) -> str:
    lines = [f"    def {snake(call.name)}(", "        self,"]
    lines += [f"        {each}," for each in parameters(call)]
    answer = f"Tagged[{call.told}]" if call.has_tag else call.told
    lines += [f"    ) -> {answer}:", *docstring(call)]
    lines += [
        "        answer = self._call(",
        *(f"            {each}," for each in arguments(call)),
        "        )",
    ]
    if call.has_tag:
        return "\n".join([*lines, "        return Tagged(answer.document, answer.etag)"])
    return "\n".join([*lines, f"        told: {call.told} = answer.document", "        return told"])


def parameters(call: Operation) -> Iterator[str]:
    """By position: what names the row, and its tag; all else by name."""
    yield from (f"{each}: str" for each in call.ids)
    if call.changes_row:
        yield "etag: str"
    named = [f"{call.bearer}: str"] if call.bearer in ("secret", "token") else []
    named += [taken(each) for each in sorted([*call.query, *call.body], key=lambda each: not each.required)]
    named += ["idempotency_key: str | None = None"] if call.repeatable else []
    if named:
        yield from ("*", *named)


def taken(field: Field) -> str:
    kind = kind_of(field.shape)
    return f"{field.name}: {kind}" if field.required else f"{field.name}: {kind} | None = None"


def docstring(call: Operation) -> list[str]:
    words = [
        call.words,
        *(f"`{each.name}`: {each.words}" for each in [*call.query, *call.body] if each.words),
    ]
    lines = [line for each in words for line in textwrap.wrap(each, WIDE)]
    if len(lines) == 1:
        return [f'        """{lines[0]}"""']
    return [f'        """{lines[0]}', *(f"        {line}" for line in lines[1:]), '        """']


def arguments(call: Operation) -> Iterator[str]:
    path = re.sub(r"{(\w+)}", r"{quoted(\1)}", call.path)
    yield f'"{call.method}"'
    yield f'f"{path}"' if call.ids else f'"{path}"'
    if call.bearer:
        yield f"bearer={'self._key' if call.bearer == 'key' else call.bearer}"
    for name, parts in (("query", call.query), ("body", call.body)):
        if parts:
            yield f"{name}={mapping([f'{quote(each.name)}: {each.name}' for each in parts])}"
    headers = ['"Idempotency-Key": idempotency_key'] if call.repeatable else []
    headers += ['"If-Match": etag'] if call.changes_row else []
    if headers:
        yield f"headers={mapping(headers)}"


def mapping(pairs: list[str]) -> str:
    """In the form that ruff gives it."""
    if len(pairs) == 1:
        return f"{{{pairs[0]}}}"
    return "{\n" + "".join(f"                {each},\n" for each in pairs) + "            }"


def quote(text: str) -> str:
    return f'"{text}"'
