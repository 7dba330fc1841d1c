"""Moves to another platform, and leaked keys: what support does about them, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from licensing.audit.looked import concerns
from recovery.answers import Answer
from recovery.api.fields import Nothing
from recovery.api.vendor import bodies, kinds, shown
from recovery.api.vendor import described_changes as told
from recovery.api.vendor.changing import Change, ensure_unchanged, hold_exchange, hold_license, tagged
from recovery.api.vendor.read_views import Exchanges
from recovery.journeys.exchange_support import (
    approve,
    ask_back,
    cancel_for,
    decline,
    move_for,
    replace_leaked,
    undo_for,
)
from recovery.ledger import rows
from recovery.models import Exchange, Scope

MOVES = {"POST": Scope.EXCHANGES_WRITE}


def moved(request: Request, exchange: Exchange) -> Answer:
    """As it stands, with its tag."""
    row = rows.exchanges().get(pk=exchange.pk)
    concerns(request._request, row.license.owner_id)
    return tagged(shown.exchange(row))


class AllExchanges(Exchanges):
    in_one = True
    may = Exchanges.may | MOVES
    sent = bodies.MovingLicense

    @told.moving_for_owner
    def post(self, request: Request) -> Response:
        return self.done(request)

    def act(self, request: Request, sent: dict[str, Any], **_: Any) -> Answer:
        reason, now = sent.get("reason", ""), timezone.now()
        return moved(
            request, move_for(sent["license"], platform=sent["to"], by=self.by, reason=reason, now=now)
        )


class Replacing(Change, kinds.OfLicenses):
    may = MOVES
    sent = bodies.Reasoned

    @told.replacing_key
    def post(self, request: Request, license_id: UUID) -> Response:
        return self.done(request, license_id=license_id)

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        key = named["license_id"]
        with transaction.atomic():
            hold_license(key)
            ensure_unchanged(request, self.document(request, key))
            done = replace_leaked(key, by=self.by, reason=sent["reason"], now=timezone.now())
            return moved(request, done)


class OfOneExchange(Change, kinds.OfExchanges):
    may = MOVES

    def hold(self, key: UUID) -> None:
        hold_exchange(key)


class Approving(OfOneExchange):
    sent = bodies.Reasoned

    @told.approving
    def post(self, request: Request, exchange_id: UUID) -> Response:
        return self.done(request, exchange_id=exchange_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        return approve(key, by=self.by, reason=sent["reason"], now=timezone.now())


class Declining(OfOneExchange):
    sent = bodies.Reasoned

    @told.declining
    def post(self, request: Request, exchange_id: UUID) -> Response:
        return self.done(request, exchange_id=exchange_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        return decline(key, by=self.by, reason=sent["reason"], now=timezone.now())


class AskingBack(OfOneExchange):
    sent = bodies.AskingBack

    @told.asking_back
    def post(self, request: Request, exchange_id: UUID) -> Response:
        return self.done(request, exchange_id=exchange_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        return ask_back(key, by=self.by, text=sent["text"])


class Undoing(OfOneExchange):
    sent = Nothing

    @told.undoing_for_owner
    def post(self, request: Request, exchange_id: UUID) -> Response:
        return self.done(request, exchange_id=exchange_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        return undo_for(key, by=self.by, now=timezone.now())


class Cancelling(OfOneExchange):
    sent = Nothing

    @told.cancelling
    def post(self, request: Request, exchange_id: UUID) -> Response:
        return self.done(request, exchange_id=exchange_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        return cancel_for(key, by=self.by, now=timezone.now())
