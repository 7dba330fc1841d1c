"""What the journeys of support refuse, as problem documents. The codes are the errors' own, and stay."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import exceptions
from rest_framework.response import Response

from licensing.support import errors
from recovery.answers import Answer
from recovery.api import problems
from recovery.problem_documents import problem

TOLD: Final[dict[type[errors.Refused], tuple[int, str]]] = {
    errors.NotOnFile: (404, "There is no such row."),
    errors.ReasonMissing: (422, "A reason is needed, and recorded."),
    errors.NotCounting: (
        409,
        "It is a test order, or its shop has not confirmed it: nobody can pay it back.",
    ),
    errors.TooManyUnits: (422, "The line has not so many units."),
    errors.ToldByShop: (409, "The shop itself says that it was refunded. Take it back there."),
    errors.OrderDiffers: (
        409,
        "An order of that number is on file and says otherwise: `differing` names what.",
    ),
    errors.Overtaken: (
        409,
        "Somebody else changed the same in the same moment. Nothing was changed. Try again.",
    ),
    errors.KeysRefused: (422, "One of the keys cannot be taken."),
    errors.KeysElsewhere: (422, "One of the keys is another edition's."),
    errors.NothingToGive: (422, "The number of units or the order's number is none."),
}

# Facts of an order, by the fields that the call has for them. The others are no field of it.
FIELDS: Final = {"address": "email", "product": "sku", "variant": "sku"}


class Unmatched(exceptions.APIException):
    """The row is another than the caller read."""

    status_code = 412
    default_code = "changed_meanwhile"
    default_detail = "It has changed since you read it. Nothing was changed now. Read it again, then decide."


class CountsElsewhere(exceptions.APIException):
    """Two shops tell this order, and the other one counts: it is the one to be read and changed."""

    status_code = 409
    default_code = "counts_elsewhere"
    default_detail = "Another shop tells this order, too, and that one counts: `told_as`. Change that one."


class Unconditional(exceptions.APIException):
    status_code = 428
    default_code = "if_match_needed"
    default_detail = (
        "Send the `ETag` that you read along, as `If-Match`: so that nobody's change is undone unseen."
    )


def told(error: errors.Refused) -> Answer:
    status, sentence = TOLD[type(error)]
    more: dict[str, Any] = {}
    if isinstance(error, errors.OrderDiffers):
        more = {"differing": sorted({FIELDS.get(each, each) for each in error.differing})}
    if isinstance(error, errors.KeysElsewhere):
        more = {"elsewhere_left": error.left}
    own_words = isinstance(error, errors.KeysRefused | errors.NotOnFile | errors.NothingToGive)
    words = (own_words and str(error)) or sentence
    return Answer(status, problem(status, error.code, words, **more))


def handled(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler for the vendor's calls."""
    if isinstance(error, errors.Refused):
        return problems.response_of(told(error))
    return problems.handled(error, context)
