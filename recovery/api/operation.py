"""What all calls share: JSON in and out, problems as documents, and one effect for a call that is repeated."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, Final

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.conflicts import TIMES, begun_anew
from recovery.answers import Answer, Call, once
from recovery.api.callers import caller_of
from recovery.api.fields import Sent
from recovery.api.problems import BadKey, handled, response_of, told
from recovery.api.strict import StrictJson
from recovery.errors import RecoveryError

KEY: Final = re.compile(
    '"([!#-~]{16,128})"|([!#-~]{16,128})'
)  # a structured field's string, or the text alone


class AlwaysJson(BaseContentNegotiation):
    """There is one form of answer, whatever is asked for (RFC 9110, 12.4.1)."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        sent = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: Any = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Operation(APIView):
    """A subclass has `get`, or gives the body's fields in `sent` and what the call does in `act`."""

    parser_classes = [StrictJson]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJson
    metadata_class = None
    http_method_names = ["get", "head", "post"]
    sent: type[Sent] = Sent
    # Whether `act` is one transaction, or comes to the same when it is done again. Then it begins anew where another
    # deed was in the way; under an idempotency key all calls do, since they are one transaction with their answer.
    in_one: ClassVar[bool] = False
    keeps_errors = True  # under an idempotency key, what the journeys refuse is an answer like any other

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        """Reads who calls, makes one call of a journey, and translates the result."""
        raise NotImplementedError

    def admit(self, request: Request, **named: Any) -> None:
        """Raises what `act` would where the caller may not call (any more): before an earlier answer is told again."""

    def done(self, request: Request, **named: Any) -> Response:
        """A POST. With an idempotency key, the call is done once, and later ones get the same answer."""
        fields = self.sent(data=request.data)
        fields.is_valid(raise_exception=True)
        key = key_of(request)

        def act() -> Answer:
            return self.act(request, fields.validated_data, **named)

        if not key:
            return response_of(begun_anew(act, times=TIMES if self.in_one else 1))
        self.admit(request, **named)
        call = Call(caller_of(request._request), request._request.path, key, request.data)
        deed = (lambda: told_or(act)) if self.keeps_errors else act
        answer, repeated = begun_anew(lambda: once(call, deed))
        response = response_of(answer)
        if repeated:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return handled


def key_of(request: Request) -> str:
    """The idempotency key, empty where there is none. Raises `BadKey`."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return ""
    key = KEY.fullmatch(sent)
    if not key:
        raise BadKey
    return str(key[1] or key[2])


def told_or(act: Callable[[], Answer]) -> Answer:
    """An error of the journeys is an answer, too: what it counted, tries at a code say, must not be undone."""
    try:
        return act()
    except RecoveryError as error:
        return told(error)


def room(name: str, *, uses: int, window: int, left: int | None = None, again: int = 0) -> dict[str, str]:
    """`RateLimit` headers: `uses` in `window` seconds, of which `left` are left, all again in `again` seconds.

    Where calls are counted later than they are answered, only the policy is told.
    """
    headers = {"RateLimit-Policy": f'"{name}";q={uses};w={window}'}
    return headers if left is None else headers | {"RateLimit": f'"{name}";r={left};t={again}'}
