"""What the calls of the vendor's systems share: a key with a right, a limit, and an entry in the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import structlog
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from licensing.addresses import network_of
from licensing.audit.looked import concerned, shown
from licensing.audit.occasion import Occasion, occasion
from licensing.audit.trail import record
from licensing.conflicts import is_passing
from licensing.console.second_person import ForTwo
from licensing.models import AuditEntry
from licensing.network import client_ip
from recovery.api.callers import bearer
from recovery.api.operation import Operation, room
from recovery.api.problems import NoSecret
from recovery.api.vendor.filters import Query
from recovery.api.vendor.refusals import handled
from recovery.errors import TooManyCalls
from recovery.journeys.api_callers import count_call, ensure_allowed, ensure_good, is_told, key_of, limit_of
from recovery.limits import Room
from recovery.models import ApiKey, Scope
from recovery.problem_documents import problem_response

log = structlog.get_logger(__name__)


class VendorOperation(Operation):
    """A subclass says in `may` which right each of its methods needs, and in `for_two` for which of them the settings
    may want two people."""

    may: ClassVar[Mapping[str, Scope | None]] = {}
    for_two: ClassVar[Mapping[str, ForTwo]] = {}
    filters: ClassVar[type[Query] | None] = None
    keeps_errors = False
    key: ApiKey | None = None
    room: Room | None = None
    untold = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who calls is asked first, before anything of the call is read."""
        now, secret = timezone.now(), bearer(request._request)
        if not secret:
            raise NoSecret
        self.key = key_of(secret)
        self.room = count_call(self.key, now=now)
        if not self.room.allowed:
            self.untold = not is_told(self.key, now=now)
            raise TooManyCalls(self.room.seconds)
        ensure_good(self.key, now=now)
        method = "GET" if request.method == "HEAD" else str(request.method)
        ensure_allowed(self.key, self.may.get(method), for_two=self.for_two.get(method))
        super().initial(request, *args, **kwargs)

    @property
    def used(self) -> ApiKey:
        """The key that the call came with."""
        assert self.key is not None  # noqa: S101 - asked first, in `initial`
        return self.key

    @property
    def by(self) -> str:
        """Who does it, for the journeys and the audit trail."""
        return self.used.caller

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with occasion(network_of(client_ip(request))) as during:
            try:
                response = super().dispatch(request, *args, **kwargs)
            except Exception as error:
                self.noted(request, during, status=503 if is_passing(error) else 500)
                raise
            if self.noted(request, during, status=response.status_code):
                return response
        return problem_response(503, "database_away", NOT_NOTED)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        if self.key is not None and self.room is not None:
            window = int(limit_of(self.key).period.total_seconds())
            left, again = self.room.uses, self.room.seconds
            told = room("key", uses=self.key.per_minute, window=window, left=left, again=again)
            for name, value in told.items():
                response.headers[name] = value
        return super().finalize_response(request, response, *args, **kwargs)

    def noted(self, request: HttpRequest, during: Occasion, *, status: int) -> bool:
        """The call in the audit trail, unless what it did stands there already; False where that cannot be."""
        if self.key is None or self.untold:
            return True
        try:
            if not tells_of_itself(during):
                action = "api.refused" if status in (401, 403, 429) else "api.called"
                whom, row = concerned(request), shown(request) or self.key
                said = self.details(request, status)
                record(action, by=self.key.caller, customer=whom, row=row, details=said)
        except Exception:
            log.exception("call_not_recorded", call=type(self).__name__)
            return False
        return True

    def details(self, request: HttpRequest, status: int) -> dict[str, Any]:
        """Which call it was. Of what was asked for by, the names of ours: what was typed may be a code."""
        match = request.resolver_match
        named = {name: str(value) for name, value in match.kwargs.items()} if match else {}
        said = {"call": f"{request.method} {match.url_name if match else ''}", "status": status}
        known = set(self.filters().fields) if self.filters else set()
        asked = sorted({name if name in known else UNKNOWN for name in request.GET})
        return said | ({"named": named} if named else {}) | ({"asked by": asked} if asked else {})

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return handled


UNKNOWN = "something else"
NOT_NOTED = (
    "What was answered could not be recorded, so it is not answered. Ask again before you repeat a change."
)


def tells_of_itself(during: Occasion) -> bool:
    """Whether an entry of a deed is there. One that was taken back with its deed says nothing."""
    return during.last is not None and AuditEntry.objects.filter(pk=during.last).exists()
