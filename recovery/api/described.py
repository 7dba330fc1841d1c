"""Each call as /api/schema/ describes it: what it takes, every answer it may give, and an example that tests run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from recovery.api import examples, fields, shapes
from recovery.api.problem_examples import BY_NAME, INVALID, RULES
from recovery.api.vendor import examples as of_vendor
from recovery.problem_documents import CONTENT_TYPE

Decorator = Callable[..., Any]

PROBLEMS: Final = {
    400: "The body is no JSON, or is ambiguous.",
    401: "What was sent as `Authorization` is missing, or its time is over.",
    403: "The API key may not do that; or two people are wanted for it, and no second one approved the key.",
    404: "There is no such thing, or it is not the caller's: the two look the same.",
    409: "The state of things does not allow it; `code` says which rule. Nothing was changed.",
    410: "The request is over.",
    411: "The body came in chunks, without its length.",
    412: "What was sent as `If-Match` is not what is there now: it has changed since it was read.",
    413: "The body is larger than any call needs.",
    415: "The body is not `application/json`.",
    422: "What was sent makes no sense as it stands. With `invalid`, `errors` names the fields.",
    428: "The call changes a row, and comes without the `ETag` that was read of it.",
    429: "Too often. `Retry-After` says when again, where that is known.",
    503: "The database is away, or another deed was in the way. Nothing was accepted; repeat the call after "
    "`Retry-After` seconds, best with an `Idempotency-Key`.",
}
OF_EVERY_CALL: Final = ("database_away", "busy")
OF_EVERY_POST: Final = (
    "malformed",
    "bad_idempotency_key",
    "answer_lost",
    "length_needed",
    "too_large",
    "unsupported_media_type",
    INVALID,
    "idempotency_key_reused",
)
IDEMPOTENCY: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": '^("[!#-~]{16,128}"|[!#-~]{16,128})$'},
    OpenApiParameter.HEADER,
    description="A random text of yours. A call that is repeated with it and the same body within an hour is done "
    "once, and answered alike.",
)
REPLAYED: Final = ("Idempotent-Replayed", "`true` where an earlier answer is told again.")
EXAMPLES: Final = examples.OF | of_vendor.OF
SCOPES: Final[dict[str, list[str]]] = {}  # of the vendor's calls, each by its name: see `vendor/described.py`
# Of each call, by its name: the problems that it may tell, by their names in `problem_examples.py`; and what is read
# of its body or its query.
REFUSED: Final[dict[str, tuple[str, ...]]] = {}
READ: Final[dict[str, type[fields.Sent]]] = {}


def call(
    name: str,
    words: str,
    *,
    sent: Any = None,
    told: tuple[int, Any],
    refused: tuple[str, ...] = (),
    tag: str,
    parameters: Sequence[OpenApiParameter | type[fields.Sent]] = (),
) -> Decorator:
    """One call. `refused` are the problems beside what every call of its kind may tell."""
    is_post = sent is not None
    usual = OF_EVERY_POST if is_post else ()
    REFUSED[name] = (*refused, *usual, *OF_EVERY_CALL)
    READ[name] = next((each for each in (sent, *parameters) if isinstance(each, type)), fields.Nothing)
    status, shape = told
    answers = {status: shape} | dict(problems_of(REFUSED[name]))
    return extend_schema(
        operation_id=name,
        summary=words.partition(".")[0],
        description=words,
        request=None if sent in (None, fields.Nothing) else sent,
        parameters=[
            *headers_told(name, status, repeatable=is_post),
            *([IDEMPOTENCY] if is_post else []),
            *parameters,
        ],
        responses=answers,
        tags=[tag],
        examples=list(shown(name, status)),
    )


def problems_of(names: Iterable[str]) -> Iterator[tuple[tuple[int, str], OpenApiResponse]]:
    """Each status of them, and which codes it comes with."""
    found = [BY_NAME[each] for each in names]
    for status in sorted({each["status"] for each in found}):
        codes = dict.fromkeys(f"`{each['code']}`" for each in found if each["status"] == status)
        words = f"{PROBLEMS[status]} `code`: {', '.join(codes)}."
        yield (status, CONTENT_TYPE), OpenApiResponse(shapes.Problem, description=words)


def headers_told(name: str, status: int, *, repeatable: bool) -> list[OpenApiParameter]:
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
        for header, text in [*list(words.items())[:limited], *([REPLAYED] if repeatable else [])]
    ]


def shown(name: str, status: int) -> list[OpenApiExample]:
    example: Mapping[str, Any] = EXAMPLES[name]
    sent = [OpenApiExample("Example", example["sent"], request_only=True)] if example.get("sent") else []
    told = OpenApiExample("Example", example["told"], response_only=True, status_codes=[str(status)])
    return [*sent, told]


OF_SECRET: Final = ("no_secret", "wrong_secret")
OF_TOKEN: Final = ("no_secret", "no_view")
LOST, OWNED, CODES = "Lost keys", "Licenses", "Keys"
asking = call(
    "askForMail",
    "Ask for a mail with a link and a code. The answer is the same for every address, whether anything is filed under "
    "it or not.",
    sent=fields.Asking,
    told=(202, shapes.Asked),
    tag=LOST,
)
seeing = call(
    "showRequest",
    "What has become of the mail. The same four states for every address.",
    told=(200, shapes.State),
    refused=(*OF_SECRET, "not_found"),
    tag=LOST,
)
proving = call(
    "proveMailbox",
    "Prove the mailbox by the mailed code. It works once; after five wrong ones none is compared any more, and the "
    "mailed link goes on working. The keys are mailed, too, to the address on file.",
    sent=fields.Proving,
    told=(200, shapes.Proved),
    refused=("wrong_code", *OF_SECRET, "not_found", "used", "expired", "too_many_tries"),
    tag=LOST,
)
resending = call(
    "resendMail",
    "Ask for one more mail to the same address. It has a code of its own; the earlier one works on until its end. A "
    "mail that has not gone yet is not sent twice.",
    sent=fields.Nothing,
    told=(202, shapes.Asked),
    refused=(*OF_SECRET, "not_found", "used", "too_soon"),
    tag=LOST,
)
listing = call(
    "listLicenses",
    "All licenses of the customer whose mailbox was proved. Newest purchase first, each with its key or the reason why "
    "there is none.",
    told=(200, shapes.Owned),
    refused=OF_TOKEN,
    tag=OWNED,
)
asking_policy = call(
    "askPolicy",
    "Whether a license may move to another platform. Changes nothing.",
    told=(200, shapes.Prospect),
    refused=(*OF_TOKEN, "no_such_license", "not_found"),
    tag=OWNED,
)
moving = call(
    "moveLicense",
    "Move a license to another platform. The new key is there at once, or as soon as there is one; the old one goes on "
    "until its grace period is over. Asked again, it is the same move.",
    sent=fields.Moving,
    told=(200, shapes.Moved),
    refused=(*OF_TOKEN, "no_such_license", "not_found", *RULES, "stale", "too_many_moves"),
    tag=OWNED,
)
undoing = call(
    "undoMove",
    "Take the last move back. The old key serves again, the new one ends at once, and the move still counts.",
    sent=fields.Nothing,
    told=(200, shapes.Moved),
    refused=(*OF_TOKEN, "no_such_license", "not_found", "cannot_undo"),
    tag=OWNED,
)
checking = call(
    "checkKey",
    "Whether a code counts. Answers nothing about whose it is. Only where the vendor has switched it on.",
    sent=fields.Checking,
    told=(200, shapes.CheckedCode),
    refused=("not_offered", "too_many_checks"),
    tag=CODES,
)
