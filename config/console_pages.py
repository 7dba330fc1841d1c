"""Pages of the console that tell of both floors: of what customers own, and of its moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from licensing.admin.customers import CustomerAdmin
from licensing.admin.intake import CaseAdmin, what_differs
from licensing.admin.keys import LicenseAdmin
from licensing.admin.stock import ENOUGH, NAMED, StockedEditionAdmin, named_and_counted
from licensing.console.search import row_id
from licensing.console.stocks import counted
from licensing.models import Case, CaseKind, Edition, with_addresses
from recovery.admin.customer.pages import Storied
from recovery.admin.exchange_cells import rule_of
from recovery.admin.owner_change_cases import change_of, in_short, way_to, what_happened
from recovery.models import Exchange, ExchangeState


class EditionPage(StockedEditionAdmin):
    """With the moves that wait for one of its keys."""

    panel = (*StockedEditionAdmin.panel, "moves")

    @admin.display(description="moves that wait for a key")
    def moves(self, edition: Edition) -> str:
        rows = Exchange.objects.filter(to_edition=edition, state=ExchangeState.WAITING)
        rows = rows.select_related("license__owner").prefetch_related(with_addresses("license__owner"))
        found = list(rows.order_by("id")[: ENOUGH + 1])
        return named_and_counted(found[:NAMED], len(found), owner_of)

    def moves_waiting(self) -> dict[UUID, int]:
        return counted(Exchange.objects.filter(state=ExchangeState.WAITING), "to_edition")


def owner_of(exchange: Exchange) -> str:
    return str(exchange.license.owner or "nobody on file")


class CustomerPage(Storied, CustomerAdmin):
    """The story of a customer, and what may be done from there."""


class LicensePage(LicenseAdmin):
    """With the way to move it, or to replace its key."""

    change_form_template = "console/license.html"


@admin.display(description="what differs")
def what_is_up(case: Case) -> str:
    """Of an exchange: the rule in the way, of a change of owner: what happened; and the page to decide or look on."""
    detail = case.detail if isinstance(case.detail, dict) else {}
    exchange = row_id(str(detail.get("exchange", "")))
    if change_of(case):
        return in_short(case)
    if case.kind != CaseKind.EXCHANGE or not exchange:
        return what_differs(case)
    address = reverse("admin:recovery_exchange_change", args=exchange)
    return format_html('{} <a href="{}">Decide</a>', rule_of(str(detail.get("rule", ""))), address)


@admin.display(description="what differs")
def all_that_is_up(case: Case) -> str:
    """On its own page: of a change of owner with the address, and whether keys were mailed there."""
    return format_html("{} {}", what_happened(case), way_to(case)) if change_of(case) else what_is_up(case)


class CasePage(CaseAdmin):
    """A case of an exchange leads to it."""

    def get_list_display(self, request: HttpRequest) -> Any:
        return with_way(super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return with_way(super().get_fields(request, obj), all_that_is_up)


def with_way(columns: Any, way: Callable[[Case], str] = what_is_up) -> tuple[Any, ...]:
    return tuple(way if column is what_differs else column for column in columns)
