"""How each kind of row is found, shown, and filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from licensing.models import Customer, HookEvent, License, Purchase
from recovery.api.shown import Shown
from recovery.api.vendor import filters, shown
from recovery.api.vendor.reading import Rows
from recovery.ledger import rows as ledger
from recovery.models import Exchange, Message


class OfPurchases(Rows):
    rows = staticmethod(ledger.purchases)
    filters = filters.OfPurchases

    def shown(self, rows: Sequence[Purchase]) -> list[Shown]:
        return [shown.purchase(row) for row in rows]

    def whom(self, row: Purchase) -> UUID | None:
        return row.buyer_id


class OfCustomers(Rows):
    rows = staticmethod(ledger.customers)
    filters = filters.OfCustomers

    def shown(self, rows: Sequence[Customer]) -> list[Shown]:
        return [shown.customer(row) for row in rows]

    def whom(self, row: Customer) -> UUID | None:
        return row.pk


class OfLicenses(Rows):
    rows = staticmethod(ledger.licenses)
    filters = filters.OfLicenses

    def shown(self, rows: Sequence[License]) -> list[Shown]:
        now = timezone.now()
        return [shown.license(row, now=now) for row in rows]

    def whom(self, row: License) -> UUID | None:
        return row.owner_id


class OfEditions(Rows):
    rows = staticmethod(ledger.editions)

    def shown(self, rows: Sequence[Any]) -> list[Shown]:
        return [shown.edition(row) for row in rows]


class OfExchanges(Rows):
    rows = staticmethod(ledger.exchanges)
    filters = filters.OfExchanges

    def shown(self, rows: Sequence[Exchange]) -> list[Shown]:
        return [shown.exchange(row) for row in rows]

    def whom(self, row: Exchange) -> UUID | None:
        return row.license.owner_id


class OfMessages(Rows):
    rows = staticmethod(ledger.messages)
    filters = filters.OfMessages
    readers: Mapping[str, UUID] = {}

    def shown(self, rows: Sequence[Message]) -> list[Shown]:
        self.readers = ledger.readers(rows)
        return [shown.message(row, readers=self.readers) for row in rows]

    def whom(self, row: Message) -> UUID | None:
        return self.readers.get(row.request.address) if row.request else None


class OfEvents(Rows):
    rows = staticmethod(ledger.events)
    filters = filters.OfEvents

    def shown(self, rows: Sequence[HookEvent]) -> list[Shown]:
        return [shown.event(row) for row in rows]

    def whom(self, row: HookEvent) -> UUID | None:
        return row.purchase.buyer_id if row.purchase else None
