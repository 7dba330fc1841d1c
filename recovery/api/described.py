"""Each call as /api/schema/ describes it: what it takes, every answer it may give, and an example that tests run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from recovery.api import examples, fields, shapes
from recovery.api.vendor import examples as of_vendor
from recovery.problem_documents import CONTENT_TYPE

Decorator = Callable[..., Any]

PROBLEMS: Final = {
    400: "The body is no JSON, or is ambiguous.",
    401: "What was sent as `Authorization` is missing, or its time is over.",
    403: "The API key may not do that; or two people are wanted for it, and no second one approved the key.",
    404: "There is no such thing, or it is not the caller's: the two look the same.",
    409: "The state of things does not allow it; `code` says which rule. Nothing was changed.",
    410: "The request is over: proved already, or its code is too old.",
    412: "What was sent as `If-Match` is not what is there now: it has changed since it was read.",
    413: "The body is larger than any call needs.",
    415: "The body is not `application/json`.",
    422: "Fields are wrong, missing or unknown: `errors` names them. Or the code is not the mailed one.",
    428: "The call changes a row, and comes without the `ETag` that was read of it.",
    429: "Too often. `Retry-After` says when again, where that is known.",
    503: "The database is away (`database_away`), or another deed was in the way (`busy`). Nothing was accepted; "
    "repeat the call after `Retry-After` seconds, best with an `Idempotency-Key`.",
}
OF_EVERY_POST: Final = (400, 413, 415, 422, 503)
IDEMPOTENCY: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": '^("[!#-~]{16,128}"|[!#-~]{16,128})$'},
    OpenApiParameter.HEADER,
    description="A random text of yours. A call that is repeated with it and the same body within an hour is done "
    "once, and answered alike.",
)
SECRET, TOKEN, API_KEY = "requestSecret", "accessToken", "apiKey"
EXAMPLES: Final = examples.OF | of_vendor.OF
SCOPES: Final[dict[str, list[str]]] = {}  # of the vendor's calls, each by its name: see `vendor/described.py`
OF_OPERATION: Final = {  # who may call: see `complete`
    "showRequest": SECRET,
    "proveMailbox": SECRET,
    "resendMail": SECRET,
    "listLicenses": TOKEN,
    "askPolicy": TOKEN,
    "moveLicense": TOKEN,
    "undoMove": TOKEN,
}


def call(
    name: str,
    words: str,
    *,
    sent: Any = None,
    told: tuple[int, Any],
    problems: tuple[int, ...],
    tag: str,
    parameters: Sequence[OpenApiParameter | type[fields.Sent]] = (),
) -> Decorator:
    """One call. `problems` are those beside what every call of its kind may answer."""
    usual = OF_EVERY_POST if sent is not None else (503,)
    status, shape = told
    answers = {status: shape} | {(each, CONTENT_TYPE): problem(each) for each in sorted({*usual, *problems})}
    return extend_schema(
        operation_id=name,
        summary=words.partition(".")[0],
        description=words,
        request=None if sent in (None, fields.Nothing) else sent,
        parameters=[*headers_told(name, status), *([] if sent is None else [IDEMPOTENCY]), *parameters],
        responses=answers,
        tags=[tag],
        examples=list(shown(name, status)),
    )


def problem(status: int) -> OpenApiResponse:
    return OpenApiResponse(shapes.Problem, description=PROBLEMS[status])


def headers_told(name: str, status: int) -> list[OpenApiParameter]:
    """Of answers."""
    limited = 2 if name in SCOPES else {"askForMail": 1, "resendMail": 1, "checkKey": 2}.get(name, 0)
    words = {
        "RateLimit-Policy": "How often that may be asked for, and in how many seconds.",
        "RateLimit": "How much of that is left, and for how many seconds.",
    }
    return [
        OpenApiParameter(
            header, OpenApiTypes.STR, OpenApiParameter.HEADER, description=text, response=[status]
        )
        for header, text in list(words.items())[:limited]
    ]


def shown(name: str, status: int) -> list[OpenApiExample]:
    example: Mapping[str, Any] = EXAMPLES[name]
    sent = [OpenApiExample("Example", example["sent"], request_only=True)] if example.get("sent") else []
    told = OpenApiExample("Example", example["told"], response_only=True, status_codes=[str(status)])
    return [*sent, told]


LOST, OWNED, CODES = "Lost keys", "Licenses", "Keys"
asking = call(
    "askForMail",
    "Ask for a mail with a link and a code. The answer is the same for every address, whether anything is filed under "
    "it or not.",
    sent=fields.Asking,
    told=(202, shapes.Asked),
    problems=(409,),
    tag=LOST,
)
seeing = call(
    "showRequest",
    "What has become of the mail. The same four states for every address.",
    told=(200, shapes.State),
    problems=(401, 404),
    tag=LOST,
)
proving = call(
    "proveMailbox",
    "Prove the mailbox by the mailed code. It works once; after five wrong ones none is compared any more, and the "
    "mailed link goes on working. The keys are mailed, too, to the address on file.",
    sent=fields.Proving,
    told=(200, shapes.Proved),
    problems=(401, 404, 409, 410, 429),
    tag=LOST,
)
resending = call(
    "resendMail",
    "Ask for one more mail to the same address. It has a code of its own; the earlier one works on until its end. A "
    "mail that has not gone yet is not sent twice.",
    sent=fields.Nothing,
    told=(202, shapes.Asked),
    problems=(401, 404, 409, 410, 429),
    tag=LOST,
)
listing = call(
    "listLicenses",
    "All licenses of the customer whose mailbox was proved. Newest purchase first, each with its key or the reason why "
    "there is none.",
    told=(200, shapes.Owned),
    problems=(401,),
    tag=OWNED,
)
asking_policy = call(
    "askPolicy",
    "Whether a license may move to another platform. Changes nothing.",
    told=(200, shapes.Prospect),
    problems=(401, 404),
    tag=OWNED,
)
moving = call(
    "moveLicense",
    "Move a license to another platform. The new key is there at once, or as soon as there is one; the old one goes on "
    "until its grace period is over. Asked again, it is the same move.",
    sent=fields.Moving,
    told=(200, shapes.Moved),
    problems=(401, 404, 409, 429),
    tag=OWNED,
)
undoing = call(
    "undoMove",
    "Take the last move back. The old key serves again, the new one ends at once, and the move still counts.",
    sent=fields.Nothing,
    told=(200, shapes.Moved),
    problems=(401, 404, 409, 429),
    tag=OWNED,
)
checking = call(
    "checkKey",
    "Whether a code counts. Answers nothing about whose it is. Only where the vendor has switched it on.",
    sent=fields.Checking,
    told=(200, shapes.CheckedCode),
    problems=(404, 409, 429),
    tag=CODES,
)


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What the generator cannot know: who may call what, what follows what, and that unknown fields are refused."""
    result["components"]["securitySchemes"] = {
        SECRET: {"type": "http", "scheme": "bearer", "description": "The `secret` that the first call gave."},
        TOKEN: {"type": "http", "scheme": "bearer", "description": "The `access_token` that the proof gave."},
        API_KEY: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "lr_…",
            "description": "A key that an administrator made in the console. The words beside it are the scopes that "
            "a call needs.",
        },
    }
    for methods in result["paths"].values():
        for operation in methods.values():
            name = operation["operationId"]
            scheme = OF_OPERATION.get(name) or (API_KEY if name in SCOPES else None)
            operation["security"] = [{scheme: SCOPES.get(name, [])}] if scheme else []
            for linked, link in LINKS.get(name, {}).items():
                operation["responses"]["202"].setdefault("links", {})[linked] = link
    for schema in bodies(result):
        schema["additionalProperties"] = False
    forget_marks(result)
    return result


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
