"""The vendor's calls as /api/schema/ describes them."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from recovery.api.described import SCOPES, Decorator, call
from recovery.api.fields import Nothing
from recovery.api.vendor import bodies, filters, shapes
from recovery.api.vendor.filters import Query
from recovery.models import Scope

OF_EVERY_CALL: Final = (401, 403, 429)


def vendor_call(
    name: str, words: str, *, scope: Scope | None, problems: tuple[int, ...] = (), **more: Any
) -> Decorator:
    """One call with an API key. `problems`: those beside what every such call may answer."""
    SCOPES[name] = [scope.value] if scope else []
    needs = f" Needs `{scope.value}`." if scope else " Any good key may ask."
    return call(name, words + needs, problems=(*OF_EVERY_CALL, *problems), **more)


KEYS, SOLD, PEOPLE = "API keys", "Vendor: purchases", "Vendor: customers"
MOVES, MAILS, SHOPS, FIGURES = "Vendor: moves", "Vendor: mails", "Vendor: shops", "Vendor: figures"
TAG: Final = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Of the row as it is; changes show it as `If-Match`.",
    response=[200],
)
IF_MATCH: Final = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` that was read of the row; or `*`, whatever state it is in.",
)
IN_PAGES: Final = "Newest first, in pages."


def listing(
    name: str, words: str, *, scope: Scope | None, asked: type[Query], shape: Any, tag: str
) -> Decorator:
    return vendor_call(
        name, words, scope=scope, told=(200, shape), problems=(422,), tag=tag, parameters=[asked]
    )


def showing(name: str, words: str, *, scope: Scope | None, shape: Any, tag: str) -> Decorator:
    return vendor_call(
        name, words, scope=scope, told=(200, shape), problems=(404,), tag=tag, parameters=[TAG]
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


def changing(name: str, words: str, *, sent: Any, scope: Scope, shape: Any, tag: str) -> Decorator:
    """A change of one row."""
    parameters = [IF_MATCH, TAG] if shape is not shapes.ErasedCustomer else [IF_MATCH]
    problems, told = (404, 409, 412, 428), (200, shape)
    return vendor_call(
        name, words, sent=sent, scope=scope, told=told, problems=problems, tag=tag, parameters=parameters
    )


def of_purchase(name: str, words: str, sent: Any) -> Decorator:
    return changing(
        name, words, sent=sent, scope=Scope.PURCHASES_WRITE, shape=shapes.VendorPurchase, tag=SOLD
    )


def of_license(name: str, words: str, sent: Any) -> Decorator:
    return changing(name, words, sent=sent, scope=Scope.PURCHASES_WRITE, shape=shapes.VendorLicense, tag=SOLD)


def of_exchange(name: str, words: str, sent: Any) -> Decorator:
    return changing(
        name, words, sent=sent, scope=Scope.EXCHANGES_WRITE, shape=shapes.VendorExchange, tag=MOVES
    )


adding_purchase = vendor_call(
    "addPurchase",
    "Put an order on file that no shop tells: for a customer who is on file. It counts as paid, and its licenses get "
    "keys as any other's do. The same order again changes nothing.",
    sent=bodies.AddingPurchase,
    scope=Scope.PURCHASES_WRITE,
    told=(200, shapes.VendorPurchase),
    problems=(404, 409),
    tag=SOLD,
    parameters=[TAG],
)
marking_refund = of_purchase(
    "markRefunded",
    "Say that an order was paid back, or some units of one of its lines. It stands beside what the shop says; the "
    "licenses end.",
    bodies.Refunding,
)
withdrawing_refund = of_purchase(
    "withdrawRefund",
    "Take that back. What the shop itself says stays.",
    bodies.Reasoned,
)
revoking = of_license(
    "revokeLicense", "End one license. Its key counts no more; restoring brings it back.", bodies.Revoking
)
restoring = of_license(
    "restoreLicense", "Let a revoked license count again, with the key that it had.", bodies.Reasoned
)
loading_keys = vendor_call(
    "loadKeys",
    "Load registration keys into an edition's pool, all or none. Licenses that waited get theirs at once. Keys that "
    "are known already are counted, and left as they are.",
    sent=bodies.LoadingKeys,
    scope=Scope.KEYS_WRITE,
    told=(200, shapes.LoadedKeys),
    problems=(404, 409),
    tag=SOLD,
)
erasing = changing(
    "eraseCustomer",
    "Erase all that is held of a customer. Their orders and keys stay without them. It cannot be undone.",
    sent=bodies.Erasing,
    scope=Scope.CUSTOMERS_ERASE,
    shape=shapes.ErasedCustomer,
    tag=PEOPLE,
)
moving_for_owner = vendor_call(
    "moveForOwner",
    "Move a license on its owner's behalf. At once, or as soon as there is a key; a mail tells the owner. Beyond the "
    "product's rules a reason is needed.",
    sent=bodies.MovingLicense,
    scope=Scope.EXCHANGES_WRITE,
    told=(200, shapes.VendorExchange),
    problems=(404, 409),
    tag=MOVES,
    parameters=[TAG],
)
replacing_key = changing(
    "replaceLeakedKey",
    "Give a license another key for one that leaked. The leaked one ends at once; a mail tells the owner.",
    sent=bodies.Reasoned,
    scope=Scope.EXCHANGES_WRITE,
    shape=shapes.VendorExchange,
    tag=MOVES,
)
approving = of_exchange("approveExchange", "Allow a move that a person decides.", bodies.Reasoned)
declining = of_exchange(
    "declineExchange", "Decline it. The customer reads the reason in a mail.", bodies.Reasoned
)
asking_back = of_exchange("askBackAboutExchange", "Ask the customer about it, by mail.", bodies.AskingBack)
undoing_for_owner = of_exchange(
    "undoExchange", "Take a move back, within its grace period. The old key serves again.", Nothing
)
cancelling = of_exchange(
    "cancelExchange", "Give up a move that is still open. The license keeps its key.", Nothing
)
