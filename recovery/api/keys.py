"""Whether a code counts, for an application that was given one."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from licensing.network import client_ip
from recovery.answers import Answer
from recovery.api.described import checking
from recovery.api.fields import Checking
from recovery.api.operation import Operation, room
from recovery.api.shown import moment
from recovery.journeys.check_key import check_key
from recovery.limits import CHECKS


class KeyCheck(Operation):
    sent = Checking

    @checking
    def post(self, request: Request) -> Response:
        return self.done(request)

    def act(self, request: Request, sent: dict[str, Any], **_: Any) -> Answer:
        ip, now = client_ip(request._request), timezone.now()
        found, left = check_key(sku=sent["sku"], code=sent["code"], ip=ip, now=now)
        window = int(CHECKS.period.total_seconds())
        headers = room(CHECKS.name, uses=CHECKS.uses, window=window, left=left.uses, again=left.seconds)
        return Answer(200, {"state": str(found.state), "since": moment(found.since)}, headers)
