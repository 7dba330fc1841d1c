"""The vendor's changes as /api/schema/ describes them."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from recovery.api.described import Decorator
from recovery.api.fields import Nothing
from recovery.api.problem_examples import NEVER
from recovery.api.vendor import bodies, shapes
from recovery.api.vendor.described import MOVES, PEOPLE, SOLD, TAG, vendor_call
from recovery.models import Scope

IF_MATCH: Final = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` that was read of the row; or `*`, whatever state it is in.",
)


def changing(
    name: str, words: str, *, sent: Any, scope: Scope, shape: Any, tag: str, refused: tuple[str, ...] = ()
) -> Decorator:
    """A change of one row."""
    parameters = [IF_MATCH, TAG] if shape is not shapes.ErasedCustomer else [IF_MATCH]
    refused, told = ("not_found", *refused, "changed_meanwhile", "if_match_needed"), (200, shape)
    return vendor_call(
        name, words, sent=sent, scope=scope, told=told, refused=refused, tag=tag, parameters=parameters
    )


def of_purchase(name: str, words: str, sent: Any, *refused: str) -> Decorator:
    refused = (*refused, "counts_elsewhere", "not_counting", "not_on_file")
    write, shape = Scope.PURCHASES_WRITE, shapes.VendorPurchase
    return changing(name, words, sent=sent, scope=write, shape=shape, tag=SOLD, refused=refused)


def of_license(name: str, words: str, sent: Any) -> Decorator:
    return changing(name, words, sent=sent, scope=Scope.PURCHASES_WRITE, shape=shapes.VendorLicense, tag=SOLD)


def of_exchange(name: str, words: str, sent: Any, *refused: str) -> Decorator:
    write, shape = Scope.EXCHANGES_WRITE, shapes.VendorExchange
    return changing(name, words, sent=sent, scope=write, shape=shape, tag=MOVES, refused=refused)


adding_purchase = vendor_call(
    "addPurchase",
    "Put an order on file that no shop tells: for a customer who is on file. It counts as paid, and its licenses get "
    "keys as any other's do. The same order again changes nothing.",
    sent=bodies.AddingPurchase,
    scope=Scope.PURCHASES_WRITE,
    told=(200, shapes.VendorPurchase),
    refused=("not_on_file", "nothing_to_give", "order_differs", "overtaken"),
    tag=SOLD,
    parameters=[TAG],
)
marking_refund = of_purchase(
    "markRefunded",
    "Say that an order was refunded, or some units of one of its lines. It stands beside what the shop says; the "
    "licenses end.",
    bodies.Refunding,
    "overtaken",
    "too_many_units",
)
withdrawing_refund = of_purchase(
    "withdrawRefund",
    "Take that back. What the shop itself says stays.",
    bodies.Reasoned,
    "told_by_shop",
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
    refused=("second_person_needed", "not_on_file", "keys_refused", "too_many_elsewhere"),
    tag=SOLD,
)
erasing = changing(
    "eraseCustomer",
    "Erase all that is held of a customer. Their orders and keys stay without them. It cannot be undone.",
    sent=bodies.Erasing,
    scope=Scope.CUSTOMERS_ERASE,
    shape=shapes.ErasedCustomer,
    tag=PEOPLE,
    refused=("second_person_needed", "disputed"),
)
moving_for_owner = vendor_call(
    "moveForOwner",
    "Move a license on its owner's behalf. At once, or as soon as there is a key; a mail tells the owner. Beyond the "
    "product's rules a reason is needed.",
    sent=bodies.MovingLicense,
    scope=Scope.EXCHANGES_WRITE,
    told=(200, shapes.VendorExchange),
    refused=("no_such_license", *NEVER, "stale", "reason_needed"),
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
    refused=(*NEVER, "out_of_stock", "stale"),
)
approving = of_exchange(
    "approveExchange", "Allow a move that a person decides.", bodies.Reasoned, "not_running", "stale"
)
declining = of_exchange(
    "declineExchange",
    "Decline it. The customer reads the reason in a mail.",
    bodies.Reasoned,
    "not_running",
)
asking_back = of_exchange(
    "askBackAboutExchange", "Ask the customer about it, by mail.", bodies.AskingBack, "not_running"
)
undoing_for_owner = of_exchange(
    "undoExchange",
    "Take a move back, within its grace period. The old key serves again.",
    Nothing,
    "cannot_undo",
)
cancelling = of_exchange(
    "cancelExchange", "Give up a move that is still open. The license keeps its key.", Nothing, "not_running"
)
