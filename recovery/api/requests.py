"""What is happening to a request's mail, for the page that shows it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recovery.api.problems import problem
from recovery.cookies import BROWSER, read
from recovery.errors import NotYours
from recovery.journeys.request import asked_in, mail_state


class RequestState(APIView):
    """`GET`: `{"id", "mail", "verified"}`, for the browser that asked; 404 for every other."""

    def get(self, request: Request, request_id: UUID) -> Response:
        browser = read(request._request, BROWSER)
        if not browser:
            raise NotYours
        asked = asked_in(browser, request_id)
        return Response(
            {"id": str(asked.pk), "mail": str(mail_state(asked)), "verified": asked.verified_at is not None}
        )

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return problem
