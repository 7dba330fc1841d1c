"""With the token of a proved mailbox: the customer's licenses, and moving one to another platform and back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from recovery.answers import Answer
from recovery.api import shown
from recovery.api.callers import own_view
from recovery.api.described import asking_policy, listing, moving, undoing
from recovery.api.fields import Moving, Nothing
from recovery.api.operation import Operation
from recovery.journeys.exchange import move_one, undo_latest, unit_of
from recovery.journeys.licenses import cards_of, holdings, keys_mail_state
from recovery.models import Exchange, RecoveryRequest


class Licenses(Operation):
    @listing
    def get(self, request: Request) -> Response:
        view = own_view(request._request)
        owned = holdings(view, now=timezone.now())
        return Response(
            {
                "licenses": list(shown.licenses(owned)),
                "unplaced": shown.unplaced(owned),
                "keys_mail": str(keys_mail_state(view)),
                "expires_at": shown.moment(view.view_ends_at),
            }
        )


class OfView(Operation):
    """A token that is over opens nothing, also not the answer that it had while it was good: a code stands in it."""

    def admit(self, request: Request, **named: Any) -> None:
        own_view(request._request)


class Moves(OfView):
    in_one = True  # and asked again it is the same move
    sent = Moving

    @asking_policy
    def get(self, request: Request, license_id: UUID) -> Response:
        view = own_view(request._request)
        return Response(shown.prospect(unit_of(view, license_id=license_id, now=timezone.now())))

    @moving
    def post(self, request: Request, license_id: UUID) -> Response:
        return self.done(request, license_id=license_id)

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        view, license_id = own_view(request._request), named["license_id"]
        done = move_one(view, license_id=license_id, platform=sent["to"], now=timezone.now())
        return moved(view, license_id, done)


class Undo(OfView):
    in_one = True
    sent = Nothing

    @undoing
    def post(self, request: Request, license_id: UUID) -> Response:
        return self.done(request, license_id=license_id)

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        view, license_id = own_view(request._request), named["license_id"]
        return moved(view, license_id, undo_latest(view, license_id=license_id, now=timezone.now()))


def moved(view: RecoveryRequest, license_id: UUID, done: Exchange) -> Answer:
    """The move, and the license as it stands after it: with its new key, if there is one."""
    cards = cards_of(view, [license_id], now=timezone.now())
    card = next(each for each in shown.licenses(cards) if each["id"] == str(license_id))
    return Answer(200, {"exchange": shown.exchange(done), "license": card})
