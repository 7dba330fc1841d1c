"""The vendor's calls as /api/schema/ describes them."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from recovery.api.described import SCOPES, Decorator, call
from recovery.api.problem_examples import INVALID, lacking
from recovery.api.vendor import filters, shapes
from recovery.api.vendor.filters import Query
from recovery.models import Scope

OF_EVERY_KEY: Final = ("no_secret", "no_such_key", "key_over", "too_many_calls")


def vendor_call(
    name: str, words: str, *, scope: Scope | None, refused: tuple[str, ...] = (), **more: Any
) -> Decorator:
    """One call with an API key. `refused`: the problems beside what every such call may tell."""
    SCOPES[name] = [scope.value] if scope else []
    needs = f" Needs `{scope.value}`." if scope else " Any good key may ask."
    lacks = (lacking(scope),) if scope else ()
    return call(name, words + needs, refused=(*OF_EVERY_KEY, *lacks, *refused), **more)


KEYS, SOLD, PEOPLE = "API keys", "Vendor: purchases", "Vendor: customers"
MOVES, MAILS, SHOPS, FIGURES = "Vendor: moves", "Vendor: mails", "Vendor: shops", "Vendor: figures"
TAG: Final = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Of the row as it is; changes show it as `If-Match`.",
    response=[200],
)
IN_PAGES: Final = "Newest first, in pages."


def listing(
    name: str, words: str, *, scope: Scope | None, asked: type[Query], shape: Any, tag: str
) -> Decorator:
    """Whole lists are what an export is; what is sold is no secret."""
    refused = ("second_person_needed", INVALID) if scope and tag != FIGURES else (INVALID,)
    return vendor_call(
        name, words, scope=scope, told=(200, shape), refused=refused, tag=tag, parameters=[asked]
    )


def showing(name: str, words: str, *, scope: Scope | None, shape: Any, tag: str) -> Decorator:
    return vendor_call(
        name, words, scope=scope, told=(200, shape), refused=("not_found",), tag=tag, parameters=[TAG]
    )


showing_key = vendor_call(
    "showKey", "What the key that calls may do.", scope=None, told=(200, shapes.OwnKey), tag=KEYS
)
listing_purchases = listing(
    "listPurchases",
    f"Orders, with what was sold. {IN_PAGES}",
    scope=Scope.PURCHASES_READ,
    asked=filters.OfPurchases,
    shape=shapes.Purchases,
    tag=SOLD,
)
showing_purchase = showing(
    "showPurchase", "One order.", scope=Scope.PURCHASES_READ, shape=shapes.VendorPurchase, tag=SOLD
)
listing_licenses = listing(
    "listSoldLicenses",
    f"Licenses, each with the key that serves it, by the key's id. {IN_PAGES}",
    scope=Scope.PURCHASES_READ,
    asked=filters.OfLicenses,
    shape=shapes.Licenses,
    tag=SOLD,
)
showing_license = showing(
    "showSoldLicense", "One license.", scope=Scope.PURCHASES_READ, shape=shapes.VendorLicense, tag=SOLD
)
listing_editions = listing(
    "listEditions",
    f"What is sold: a product, in a version, on one platform. {IN_PAGES}",
    scope=None,
    asked=filters.Filters,
    shape=shapes.Editions,
    tag=SOLD,
)
showing_edition = showing("showEdition", "One edition.", scope=None, shape=shapes.VendorEdition, tag=SOLD)
listing_customers = listing(
    "listCustomers",
    f"Customers with their addresses. {IN_PAGES}",
    scope=Scope.CUSTOMERS_READ,
    asked=filters.OfCustomers,
    shape=shapes.Customers,
    tag=PEOPLE,
)
showing_customer = showing(
    "showCustomer", "One customer.", scope=Scope.CUSTOMERS_READ, shape=shapes.VendorCustomer, tag=PEOPLE
)
listing_exchanges = listing(
    "listExchanges",
    f"Moves to another platform, and leaked keys that were replaced. {IN_PAGES}",
    scope=Scope.EXCHANGES_READ,
    asked=filters.OfExchanges,
    shape=shapes.Exchanges,
    tag=MOVES,
)
showing_exchange = showing(
    "showExchange", "One move.", scope=Scope.EXCHANGES_READ, shape=shapes.VendorExchange, tag=MOVES
)
listing_messages = listing(
    "listMessages",
    f"What became of mails, with the receiving server's words. {IN_PAGES}",
    scope=Scope.MESSAGES_READ,
    asked=filters.OfMessages,
    shape=shapes.Messages,
    tag=MAILS,
)
showing_message = showing(
    "showMessage", "One mail.", scope=Scope.MESSAGES_READ, shape=shapes.VendorMessage, tag=MAILS
)
listing_events = listing(
    "listEvents",
    f"What shops notified, and what came of it. {IN_PAGES}",
    scope=Scope.EVENTS_READ,
    asked=filters.OfEvents,
    shape=shapes.Events,
    tag=SHOPS,
)
showing_event = showing(
    "showEvent", "One notification.", scope=Scope.EVENTS_READ, shape=shapes.VendorEvent, tag=SHOPS
)
listing_figures = listing(
    "listFigures",
    "The figures of up to 31 days, as the console's first page counts them.",
    scope=Scope.FIGURES_READ,
    asked=filters.OfFigures,
    shape=shapes.Figures,
    tag=FIGURES,
)
