"""Asking for a mail, seeing what becomes of it, and proving the mailbox by its code."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from licensing.addresses import AddressError
from licensing.network import client_ip
from recovery.answers import Answer
from recovery.api.callers import bearer, own_request, seen_request
from recovery.api.described import asking, proving, resending, seeing
from recovery.api.fields import Asking, Nothing, Proving
from recovery.api.operation import Operation, room
from recovery.api.shown import moment
from recovery.journeys.licenses import keys_mail_state, open_view
from recovery.journeys.request import RESEND_AFTER, ask, ask_again, mail_state, state_and_end
from recovery.journeys.verify import prove_by_code
from recovery.limits import MAILBOX
from recovery.mail_language import named_language
from recovery.models import RecoveryRequest
from recovery.tokens import CODE_LENGTH, forgiving, new_browser_secret

# The same for everybody: mails are counted when they are composed, and who asks learns by the mail's state.
OF_MAILS: Final = room("mailbox", uses=MAILBOX.uses, window=int(MAILBOX.period.total_seconds()))


class Requests(Operation):
    sent = Asking

    @asking
    def post(self, request: Request) -> Response:
        return self.done(request)

    def act(self, request: Request, sent: dict[str, Any], **_: Any) -> Answer:
        """Nothing about the address is looked up, so every address gets the same answer."""
        secret, ip = new_browser_secret(), client_ip(request._request)
        language = named_language(sent.get("language", ""), request._request)
        try:
            asked = ask(typed=sent["email"], browser=secret, ip=ip, language=language)
        except AddressError as error:
            raise ValidationError({"email": [ErrorDetail(error.message, code=error.code)]}) from None
        document = {
            "id": str(asked.pk),
            "secret": secret,
            "resend_after": moment(asked.created_at + RESEND_AFTER),
        }
        return Answer(202, document, OF_MAILS)


class OneRequest(Operation):
    @seeing
    def get(self, request: Request, request_id: UUID) -> Response:
        return Response(state_of(seen_request(request._request, request_id)))


def state_of(asked: RecoveryRequest) -> dict[str, Any]:
    state, ends_at = state_and_end(asked)
    proved = asked.verified_at is not None
    return {
        "id": str(asked.pk),
        "state": str(state),
        "verified": proved,
        "mail": str(mail_state(asked)),
        "challenge_expires_at": moment(ends_at),
        "keys_mail": str(keys_mail_state(asked)) if proved else None,
    }


class OfRequest(Operation):
    def admit(self, request: Request, **named: Any) -> None:
        own_request(request._request, named["request_id"])


class Proof(OfRequest):
    sent = Proving

    @proving
    def post(self, request: Request, request_id: UUID) -> Response:
        return self.done(request, request_id=request_id)

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        asked = own_request(request._request, named["request_id"])
        if len(forgiving(sent["code"])) != CODE_LENGTH:
            detail = "The code has 8 letters and digits. This did not count as a try."
            raise ValidationError({"code": [ErrorDetail(detail, code="bad_length")]})
        token = prove_by_code(asked, typed=sent["code"])
        ends_at = open_view(token).view_ends_at
        return Answer(200, {"access_token": token, "expires_at": moment(ends_at)})


class Resending(OfRequest):
    sent = Nothing

    @resending
    def post(self, request: Request, request_id: UUID) -> Response:
        return self.done(request, request_id=request_id)

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        asked = own_request(request._request, named["request_id"])
        again = ask_again(asked)
        document = {"id": str(asked.pk), "secret": bearer(request._request), "resend_after": moment(again)}
        return Answer(202, document, OF_MAILS)
