"""The addresses of lists and single rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from licensing.console.second_person import ForTwo
from recovery.api.vendor import described, kinds, shown
from recovery.api.vendor.filters import OfFigures
from recovery.api.vendor.operation import VendorOperation
from recovery.api.vendor.reading import OneRow
from recovery.ledger.rows import figures
from recovery.models import Scope

PURCHASES, CUSTOMERS = {"GET": Scope.PURCHASES_READ}, {"GET": Scope.CUSTOMERS_READ}
EXCHANGES, MESSAGES = {"GET": Scope.EXCHANGES_READ}, {"GET": Scope.MESSAGES_READ}
EVENTS, FIGURES = {"GET": Scope.EVENTS_READ}, {"GET": Scope.FIGURES_READ}


class Licenses(kinds.OfLicenses):
    may = PURCHASES

    @described.listing_licenses
    def get(self, request: Request) -> Response:
        return self.listed(request)


class OneLicense(OneRow, kinds.OfLicenses):
    may = PURCHASES

    @described.showing_license
    def get(self, request: Request, license_id: UUID) -> Response:
        return self.found(request, license_id)


class Editions(kinds.OfEditions):
    for_two: ClassVar[Mapping[str, ForTwo]] = {}  # what anybody can buy

    @described.listing_editions
    def get(self, request: Request) -> Response:
        return self.listed(request)


class OneEdition(OneRow, kinds.OfEditions):
    @described.showing_edition
    def get(self, request: Request, edition_id: UUID) -> Response:
        return self.found(request, edition_id)


class Purchases(kinds.OfPurchases):
    may = PURCHASES

    @described.listing_purchases
    def get(self, request: Request) -> Response:
        return self.listed(request)


class OnePurchase(OneRow, kinds.OfPurchases):
    may = PURCHASES

    @described.showing_purchase
    def get(self, request: Request, purchase_id: UUID) -> Response:
        return self.found(request, purchase_id)


class Customers(kinds.OfCustomers):
    may = CUSTOMERS

    @described.listing_customers
    def get(self, request: Request) -> Response:
        return self.listed(request)


class OneCustomer(OneRow, kinds.OfCustomers):
    may = CUSTOMERS

    @described.showing_customer
    def get(self, request: Request, customer_id: UUID) -> Response:
        return self.found(request, customer_id)


class Exchanges(kinds.OfExchanges):
    may = EXCHANGES

    @described.listing_exchanges
    def get(self, request: Request) -> Response:
        return self.listed(request)


class OneExchange(OneRow, kinds.OfExchanges):
    may = EXCHANGES

    @described.showing_exchange
    def get(self, request: Request, exchange_id: UUID) -> Response:
        return self.found(request, exchange_id)


class Messages(kinds.OfMessages):
    may = MESSAGES

    @described.listing_messages
    def get(self, request: Request) -> Response:
        return self.listed(request)


class OneMessage(OneRow, kinds.OfMessages):
    may = MESSAGES

    @described.showing_message
    def get(self, request: Request, message_id: UUID) -> Response:
        return self.found(request, message_id)


class Events(kinds.OfEvents):
    may = EVENTS

    @described.listing_events
    def get(self, request: Request) -> Response:
        return self.listed(request)


class OneEvent(OneRow, kinds.OfEvents):
    may = EVENTS

    @described.showing_event
    def get(self, request: Request, event_id: UUID) -> Response:
        return self.found(request, event_id)


class Figures(VendorOperation):
    may = FIGURES
    filters = OfFigures

    @described.listing_figures
    def get(self, request: Request) -> Response:
        asked = OfFigures.of(request._request.GET)
        found = figures(since=asked["since"], until=asked["until"])
        return Response({"items": [shown.figure(row) for row in found]})
