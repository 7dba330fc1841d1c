"""The JavaScript client: shapes as JSDoc types, a method for each call."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from clients.operations import ROOT, Field, Operation, description, fields, operations, refs, shapes

HEAD: Final = ROOT / "clients" / "heads" / "javascript.txt"
FILE: Final = (
    ROOT / "clients" / "javascript" / "license-recovery.mjs"
)  # by this name Node takes it for a module, wherever it lies
WIDE: Final = 104
KINDS: Final = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def code() -> str:
    described = description()
    parts = [HEAD.read_text().rstrip()]
    parts += [shape(name, fields(name, described)) for name in shapes(described)]
    methods = "\n\n".join(method(each) for each in operations(described))
    parts.append(
        f"/** Every call of the API. */\nexport class LicenseRecovery extends Connection {{\n{methods}\n}}"
    )
    return "\n\n".join(parts) + "\n"


def shape(name: str, parts: list[Field]) -> str:
    lines = [f" * @property {{{kind_of(each.shape)}}} {optional(each)}" for each in parts]
    return "\n".join([f"/**\n * @typedef {{object}} {name}", *lines, " */"])


def optional(field: Field) -> str:
    return field.name if field.required else f"[{field.name}]"


def kind_of(schema: dict[str, Any]) -> str:
    if "items" in schema:
        return f"Array<{kind_of(schema['items'])}>"
    if inner := next(refs(schema), ""):
        empty = any(each.get("type") == "null" for each in schema.get("oneOf", []))
        return f"{inner} | null" if empty else inner
    kinds = schema.get("type", "string")
    return " | ".join(KINDS.get(each, "null") for each in ([kinds] if isinstance(kinds, str) else kinds))


def camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def method(call: Operation) -> str:
    taken = ", ".join(parameters(call))
    answer = f"{{document: {call.told}, etag: string}}" if call.has_tag else call.told
    words = [f"   * {line}" for line in textwrap.wrap(call.words, WIDE)]
    lines = ["  /**", *words, *documented(call), f"   * @returns {{Promise<{answer}>}}", "   */"]
    lines.append(f"  async {call.name}({taken}) {{")
    lines.append(f'    const answer = await this.call("{call.method}", {path(call)}, {{')
    lines += [f"      {each}," for each in arguments(call)]
    return "\n".join([*lines, "    });", f"    return answer{'' if call.has_tag else '.document'};", "  }"])


def parameters(call: Operation) -> Iterator[str]:
    """What names the row, and its tag; then what is asked or sent; then how."""
    yield from map(camel, call.ids)
    if call.changes_row:
        yield "etag"
    if parts := [*call.query, *call.body]:
        yield "sent" if any(each.required for each in parts) else "sent = {}"
    if how := options(call):
        yield f"{{ {', '.join(how)} }} = {{}}"


def options(call: Operation) -> list[str]:
    """What is shown, which the method looks at itself; and the idempotency key, which may be left out."""
    shown = [call.bearer] if call.bearer in ("secret", "token") else []
    return shown + (["idempotencyKey = undefined"] if call.repeatable else [])


def documented(call: Operation) -> Iterator[str]:
    yield from (f"   * @param {{string}} {camel(each)}" for each in call.ids)
    if call.changes_row:
        yield "   * @param {string} etag"
    if parts := [*call.query, *call.body]:
        yield "   * @param {object} sent"
        for each in parts:
            yield f"   * @param {{{kind_of(each.shape)}}} {named(each)} {each.words}".rstrip()


def named(field: Field) -> str:
    return f"sent.{field.name}" if field.required else f"[sent.{field.name}]"


def path(call: Operation) -> str:
    if not call.ids:
        return f'"{call.path}"'
    return (
        "`" + re.sub(r"{(\w+)}", lambda found: f"${{encodeURIComponent({camel(found[1])})}}", call.path) + "`"
    )


def arguments(call: Operation) -> Iterator[str]:
    if call.bearer:
        yield "own: true" if call.bearer == "key" else f"bearer: needed({{ {call.bearer} }})"
    if call.query:
        yield "query: sent"
    if call.body:
        yield "body: sent"
    headers = ['"Idempotency-Key": idempotencyKey'] if call.repeatable else []
    headers += ['"If-Match": etag'] if call.changes_row else []
    if headers:
        yield f"headers: {{ {', '.join(headers)} }}"
