"""What the generator of /api/schema/ cannot know, said after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from recovery.api.described import READ, REFUSED, SCOPES
from recovery.api.fields import Sent
from recovery.api.problem_examples import BY_NAME, INVALID, invalid
from recovery.problem_documents import CONTENT_TYPE

SECRET, TOKEN, API_KEY = "requestSecret", "accessToken", "apiKey"
OF_OPERATION: Final = {  # who may call
    "showRequest": SECRET,
    "proveMailbox": SECRET,
    "resendMail": SECRET,
    "listLicenses": TOKEN,
    "askPolicy": TOKEN,
    "moveLicense": TOKEN,
    "undoMove": TOKEN,
}


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What the generator cannot know: who may call what, what follows what, and that unknown fields are refused."""
    result["components"]["securitySchemes"] = {
        SECRET: {"type": "http", "scheme": "bearer", "description": "The `secret` that the first call gave."},
        TOKEN: {"type": "http", "scheme": "bearer", "description": "The `access_token` that the proof gave."},
        API_KEY: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "lr_…",
            "description": "A key that an administrator made in the console. The text of each call says which scope "
            "it needs.",
        },
    }
    for methods in result["paths"].values():
        for operation in methods.values():
            name = operation["operationId"]
            scheme = OF_OPERATION.get(name) or (API_KEY if name in SCOPES else None)
            operation["security"] = [{scheme: SCOPES.get(name, [])}] if scheme else []
            for linked, link in LINKS.get(name, {}).items():
                operation["responses"]["202"].setdefault("links", {})[linked] = link
            show_problems(name, operation["responses"])
    result["components"]["examples"] = dict(shown_problems())
    for schema in bodies(result):
        schema["additionalProperties"] = False
    forget_marks(result)
    return result


def show_problems(name: str, responses: dict[str, Any]) -> None:
    """Those that the call tells, under their status."""
    for each in REFUSED[name]:
        shown = invalid_for(READ[name]) if each == INVALID else each
        document = BY_NAME[each]
        content = responses[str(document["status"])]["content"][CONTENT_TYPE]
        content.setdefault("examples", {})[document["code"]] = {"$ref": f"#/components/examples/{shown}"}


def shown_problems() -> Iterator[tuple[str, dict[str, Any]]]:
    told = {each for names in REFUSED.values() for each in names} - {INVALID}
    read = {READ[name] for name, names in REFUSED.items() if INVALID in names}
    documents = {each: BY_NAME[each] for each in told} | {invalid_for(each): invalid(each) for each in read}
    for name in sorted(documents):
        yield name, {"summary": documents[name]["code"], "value": documents[name]}


def invalid_for(sent: type[Sent]) -> str:
    return f"invalid_{sent.__name__}"


def bodies(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is sent, and what stands in it."""
    for methods in result["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            for each in content.values():
                yield from named_in(each["schema"], result)


def named_in(schema: dict[str, Any], result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        named = result["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        yield named
        for field in named.get("properties", {}).values():
            yield from named_in(field, result)
    elif "items" in schema:
        yield from named_in(schema["items"], result)


def forget_marks(part: Any) -> None:
    """The generator's own notes on enumerations, which say nothing to anybody else."""
    if isinstance(part, dict):
        part.pop("x-spec-enum-id", None)
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        forget_marks(each)


def follows(operation: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": {"request_id": "$response.body#/id"}}


LINKS: Final = {
    "askForMail": {name: follows(name) for name in ("showRequest", "proveMailbox", "resendMail")},
}
