"""What went wrong, as problem documents (RFC 9457): errors of the journeys and of the framework, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from recovery.answers import Answer
from recovery.errors import (
    AnswerLost,
    CannotUndo,
    Disputed,
    ExchangeRefused,
    Expired,
    KeyOver,
    KeyReused,
    NoSuchKey,
    NoSuchLicense,
    NotOffered,
    NotRunning,
    NotYours,
    NoView,
    OutOfStock,
    ReasonNeeded,
    RecoveryError,
    ScopeMissing,
    SecondPersonMissing,
    Stale,
    TooManyCalls,
    TooManyChecks,
    TooManyElsewhere,
    TooManyMoves,
    TooManyTries,
    TooSoon,
    Used,
    WrongCode,
)
from recovery.problem_documents import CONTENT_TYPE, problem

A_DAY: Final = 24 * 3600
NO_ROW: Final = "There is nothing by that id, or it is not for you."
MOST_FAULTS: Final = 50  # of one body: a thousand rows may each have one
# Error -> status, and what it means in a sentence.
TOLD: Final[dict[type[RecoveryError], tuple[int, str]]] = {
    NotYours: (404, "There is no such request, or the secret is not its own."),
    NoView: (401, "The access token is not one of ours, or its half hour is over. Prove the mailbox again."),
    NoSuchLicense: (404, "There is no such license, or no edition of its product for that platform."),
    NotOffered: (404, "The vendor has not switched this on."),
    Used: (410, "This request was proved already. Ask anew."),
    Expired: (410, "The code is older than its life. Ask for another mail."),
    WrongCode: (422, "That is not the code in the mail. The link in the mail works in any case."),
    TooManyTries: (
        429,
        "Too many codes were tried. The link in the mail still works; a new mail has a new code.",
    ),
    TooSoon: (429, "A mail was asked for moments ago. Wait until it may have come."),
    TooManyMoves: (429, "Moves of this license were begun and cancelled too often today."),
    TooManyChecks: (429, "Too many codes were checked from this network lately."),
    Stale: (
        409,
        "Something else happened to the license in the same moment. Nothing was changed. Read it anew.",
    ),
    ExchangeRefused: (409, "The rules do not allow this move now. Nothing was changed."),
    CannotUndo: (409, "There is no move of this license that may still be taken back."),
    KeyReused: (422, "This idempotency key came with another body before. Nothing was done now."),
    NotRunning: (409, "The move was decided, done or ended meanwhile. Nothing was changed now."),
    OutOfStock: (409, "There is no other key to give just now. The old one stays as it is."),
    ReasonNeeded: (422, "It goes beyond the rules, or ends a key: say why."),
    Disputed: (
        409,
        "Who is to have keys is not settled: a change of owner was objected to, or still can be.",
    ),
    NoSuchKey: (401, "This is none of our API keys."),
    KeyOver: (
        401,
        "The API key was revoked, or its time is over. An administrator makes another one in the console.",
    ),
    ScopeMissing: (403, "The API key may not do that: `scope` is what it lacks."),
    SecondPersonMissing: (
        403,
        "Two people are wanted for this, and no second one approved the API key. Make a new one in the console.",
    ),
    TooManyCalls: (429, "The API key was used more often than it may be."),
    TooManyElsewhere: (
        429,
        "Too many codes of other editions were among the keys today, so none are compared: keys are loaded with "
        "`also_elsewhere` only, until then.",
    ),
    AnswerLost: (409, "The call was done once, and its answer can no longer be read. Nothing was done now."),
}


class NoSecret(exceptions.NotAuthenticated):
    """Calls that belong to somebody say by whom they are made."""

    default_code = "no_secret"
    default_detail = "Send what you were given as: Authorization: Bearer …"


class WrongSecret(exceptions.NotAuthenticated):
    """Not the secret of that request, or there is no such request: the two look the same."""

    default_code = "wrong_secret"
    default_detail = "This is not the secret of that request, or there is no such request."


class BadKey(exceptions.APIException):
    status_code = 400
    default_code = "bad_idempotency_key"
    default_detail = "An Idempotency-Key has 16 to 128 visible characters; a random UUID is one."


def told(error: RecoveryError) -> Answer:
    """What the caller gets for an error of the journeys."""
    status, sentence = TOLD[type(error)]
    return Answer(status, problem(status, error.code, sentence, **more_about(error)), headers_of(error))


def more_about(error: RecoveryError) -> dict[str, Any]:
    if isinstance(error, WrongCode):
        return {"tries_left": error.tries_left}
    if isinstance(error, ExchangeRefused):
        allowed_from = error.decision.allowed_from
        moment = allowed_from.isoformat().replace("+00:00", "Z") if allowed_from else None
        return {"verdict": str(error.decision.verdict), "allowed_from": moment}
    return {"scope": error.scope} if isinstance(error, ScopeMissing) else {}


def headers_of(error: RecoveryError) -> dict[str, str]:
    if isinstance(error, TooSoon | TooManyChecks | TooManyCalls | TooManyElsewhere):
        return {"Retry-After": str(error.seconds)}
    if isinstance(error, TooManyMoves):
        return {"Retry-After": str(A_DAY)}
    if isinstance(error, ScopeMissing):
        return {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{error.scope}"'}
    refused = isinstance(error, NoView | NoSuchKey | KeyOver)
    return {"WWW-Authenticate": 'Bearer error="invalid_token"'} if refused else {}


def response_of(answer: Answer) -> Response:
    kind = CONTENT_TYPE if answer.status >= 400 else None
    return Response(answer.document, status=answer.status, headers=answer.headers, content_type=kind)


def handled(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What it does not know goes on to the outage page or the 500 page."""
    if isinstance(error, RecoveryError):
        return response_of(told(error))
    if isinstance(error, Http404):
        error = exceptions.NotFound(NO_ROW)
    if not isinstance(error, exceptions.APIException):
        return None
    return response_of(refused(error, context))


def refused(error: exceptions.APIException, context: dict[str, Any]) -> Answer:
    """What the framework refuses, under our words."""
    if isinstance(error, exceptions.ValidationError):
        return Answer(
            422,
            problem(
                422,
                "invalid",
                "Fields are wrong or missing.",
                errors=list(islice(faults(error.detail), MOST_FAULTS)),
            ),
        )
    if isinstance(error, exceptions.ParseError):
        return Answer(400, problem(400, "malformed", str(error.detail)))
    code, headers = error.get_codes(), {}
    if isinstance(error, exceptions.MethodNotAllowed):
        headers = {"Allow": ", ".join(context["view"].allowed_methods)}
    if isinstance(error, exceptions.NotAuthenticated):
        return Answer(401, problem(401, str(code), str(error.detail)), {"WWW-Authenticate": "Bearer"})
    return Answer(error.status_code, problem(error.status_code, str(code), str(error.detail)), headers)


def faults(detail: Any, within: str = "") -> Iterator[dict[str, str]]:
    """Field by field: its name, a stable code, a sentence. In a list, a row's number is part of the name."""
    for field, errors in detail.items():
        name = within if field == api_settings.NON_FIELD_ERRORS_KEY else f"{within}.{field}".strip(".")
        if isinstance(errors, dict):
            yield from faults(errors, name)
        else:
            for each in errors:
                yield {"field": name, "code": str(each.code), "detail": str(each)}
