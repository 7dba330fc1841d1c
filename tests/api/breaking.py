"""What in a description of the API would break a program that was written against an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Part = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


def breaks(old: Part, new: Part) -> list[str]:
    """Each in a few words; none where every old program goes on working."""
    return sorted(set(paths(old, new)))


def paths(old: Part, new: Part) -> Iterator[str]:
    for path, methods in old["paths"].items():
        for method in (each for each in METHODS if each in methods):
            there = new["paths"].get(path, {}).get(method)
            if there is None:
                yield f"{method} {path} is gone"
            else:
                where = f"{method} {path}"
                yield from operation(where, methods[method], there, old, new)


def operation(where: str, old: Part, new: Part, olds: Part, news: Part) -> Iterator[str]:
    if old.get("security") != new.get("security"):
        yield f"{where}: other callers are let in"
    known = {(each["in"], each["name"]) for each in old.get("parameters", [])}
    for each in new.get("parameters", []):
        if each.get("required") and (each["in"], each["name"]) not in known:
            yield f"{where}: needs {each['name']}"
    yield from sent(where, body(old), body(new), olds, news)
    for status, response in old["responses"].items():
        if status.startswith("2"):
            if status not in new["responses"]:
                yield f"{where}: no longer answers {status}"
            else:
                yield from told(where, body(response), body(new["responses"][status]), olds, news)


def body(part: Part) -> Part:
    """The schema of what is sent or told; empty where there is none."""
    content = part.get("requestBody", part).get("content", {})
    return dict(next(iter(content.values()), Part()).get("schema", {}))


def resolved(schema: Part, whole: Part) -> Part:
    named = schema.get("$ref") or next(
        (each["$ref"] for each in schema.get("allOf", []) if "$ref" in each), ""
    )
    named = named or next((each["$ref"] for each in schema.get("oneOf", []) if "$ref" in each), "")
    return dict(whole["components"]["schemas"][named.rpartition("/")[2]]) if named else schema


def sent(where: str, old: Part, new: Part, olds: Part, news: Part) -> Iterator[str]:
    """What programs send must still be taken: nothing more is needed, and nothing is refused that was taken."""
    old, new = resolved(old, olds), resolved(new, news)
    for field in set(new.get("required", [])) - set(old.get("required", [])):
        yield f"{where}: needs {field}"
    for field, shape in old.get("properties", {}).items():
        if field not in new.get("properties", {}):
            yield f"{where}: no longer takes {field}"
        elif set(shape.get("enum", [])) - set(new["properties"][field].get("enum", shape.get("enum", []))):
            yield f"{where}: no longer takes every {field}"
        elif new["properties"][field].get("maxLength", 0) < shape.get("maxLength", 0):
            yield f"{where}: takes only a shorter {field}"


def told(where: str, old: Part, new: Part, olds: Part, news: Part, name: str = "") -> Iterator[str]:
    """What programs read must still be there, of the same kind."""
    old, new = resolved(old, olds), resolved(new, news)
    if old.get("type") != new.get("type") or old.get("format") != new.get("format"):
        yield f"{where}: {name or 'the answer'} is of another kind"
    if "items" in old and "items" in new:
        yield from told(where, old["items"], new["items"], olds, news, name)
    for field, shape in old.get("properties", {}).items():
        full = f"{name}.{field}".strip(".")
        if field not in new.get("properties", {}):
            yield f"{where}: no longer tells {full}"
        else:
            if field in old.get("required", []) and field not in new.get("required", []):
                yield f"{where}: may leave out {full}"
            yield from told(where, shape, new["properties"][field], olds, news, full)
