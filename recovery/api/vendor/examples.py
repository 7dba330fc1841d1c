"""One example of each call of the vendor's systems, as the reference shows it. A test runs them in this order."""

from __future__ import annotations

from typing import Any, Final

KEY = "01973b30-1d2f-7c11-8a4b-2f6c9d0e7b35"
PURCHASE = "018f3414-2c00-7a10-9d55-4e0b7c8a6f21"
LINE = "018f3414-2c01-7b44-8c1e-90a3d5e6b7f8"
LICENSE = "018f3414-2c02-7e52-8d11-0b6f3f0c9a41"
EDITION = "018e1000-0000-7111-8222-333344445555"
CUSTOMER = "018f3414-2bff-7c3d-a1b2-c3d4e5f60718"
SERVING = "018e2000-0000-7aaa-8bbb-ccccddddeeee"
EXCHANGE = "01973b2e-90aa-7c07-a3b5-52d0e4f1c8d9"
MESSAGE = "01973b2c-5b20-7f10-8899-aabbccddeeff"
EVENT = "018f3414-2b00-7d0e-9f8e-7d6c5b4a3928"
WHEN = "2024-05-01T12:00:00Z"

SOLD_LINE: Final = {
    "id": LINE,
    "product_ref": "clipcutter",
    "variant": "(Windows)",
    "name": "Clip Cutter Pro",
    "quantity": 1,
    "receiver": None,
    "placed_at": WHEN,
}
PURCHASED: Final = {
    "id": PURCHASE,
    "store": "our-shop",
    "reference": "1001",
    "state": "paid",
    "buyer": CUSTOMER,
    "told_as": None,
    "ordered_at": WHEN,
    "recorded_at": "2024-05-01T12:00:04Z",
    "paid_at": WHEN,
    "refunded_at": None,
    "disputed_at": None,
    "won_at": None,
    "refunded_units": None,
    "references": [{"kind": "invoice", "value": "INV-77"}],
    "lines": [
        SOLD_LINE,
    ],
    "marked_refunds": [],
}
LICENSED: Final = {
    "id": LICENSE,
    "purchase": PURCHASE,
    "line": LINE,
    "unit": 1,
    "customer": CUSTOMER,
    "sku": "clipcutter-windows",
    "product": "Clip Cutter",
    "platform": "windows",
    "standing": "active",
    "expires_at": None,
    "refunded_at": None,
    "revoked_at": None,
    "revoked_reason": "",
    "key": {"id": SERVING, "tail": "DDDD", "since": WHEN},
}
EDITED: Final = {
    "id": EDITION,
    "sku": "clipcutter-windows",
    "product": "Clip Cutter",
    "version": "2",
    "platform": "windows",
    "key_source": "pool",
    "low_stock_level": 10,
    "stocked_at": None,
}
OWNER: Final = {
    "id": CUSTOMER,
    "full_name": "Anna Example",
    "company": "",
    "language": "en",
    "newsletter_consent": None,
    "created_at": "2024-05-01T12:00:04Z",
    "addresses": [{"address": "anna@example.com", "former_since": None}],
}
EXCHANGED: Final = {
    "id": EXCHANGE,
    "kind": "move",
    "state": "asked",
    "license": LICENSE,
    "customer": CUSTOMER,
    "from": "windows",
    "from_sku": "clipcutter-windows",
    "to": "macos",
    "to_sku": "clipcutter-macos",
    "by": "",
    "reason": "",
    "undone_by": "",
    "asked_at": "2026-06-01T12:03:10Z",
    "completed_at": None,
    "undone_at": None,
    "ended_at": None,
    "old_key_until": None,
}
MAILED: Final = {
    "id": MESSAGE,
    "kind": "challenge",
    "state": "refused",
    "withheld_because": None,
    "customer": CUSTOMER,
    "composed_as": "challenge",
    "attempts": 2,
    "ambiguous": 0,
    "reply": "550 5.1.1 <…@example.com>: no such user",
    "created_at": "2026-06-01T12:00:00Z",
    "due_at": "2026-06-01T12:01:00Z",
    "attempt_at": "2026-06-01T12:01:02Z",
    "accepted_at": None,
    "failed_attempts": [
        {
            "number": 1,
            "outcome": "deferred",
            "stage": "rcpt",
            "reply": "450 …@example.com come back later",
            "ended_at": "2026-06-01T12:00:02Z",
        }
    ],
}
NOTIFIED: Final = {
    "id": EVENT,
    "store": "our-shop",
    "connection": "live",
    "event_id": "evt-4711",
    "kind": "order.completed",
    "state": "unconfirmed",
    "reason": "Nobody signed it.",
    "test": False,
    "purchase": PURCHASE,
    "attempts": 1,
    "said_at": WHEN,
    "received_at": "2024-05-01T12:00:03Z",
    "processed_at": "2024-05-01T12:00:04Z",
}
COUNTED: Final = {"day": "2026-06-01", "figure": "requests", "part": "", "value": 12}


ADDED: Final = {
    **PURCHASED,
    "store": "by-hand",
    "reference": "BOX-1",
    "references": [],
    "lines": [
        {
            **SOLD_LINE,
            "product_ref": "clipcutter-windows",
            "variant": "by hand",
            "receiver": CUSTOMER,
        }
    ],
}
REFUNDED: Final = {
    **PURCHASED,
    "state": "refunded",
    "refunded_at": "2026-06-01T12:00:00Z",
    "marked_refunds": [
        {"line": None, "units": None, "by": "api:shop-backend", "at": "2026-06-01T12:00:00Z"},
    ],
}
REVOKED: Final = {
    **LICENSED,
    "standing": "ended",
    "revoked_at": "2026-06-01T12:00:00Z",
    "revoked_reason": "Sold on against the terms",
}
BY: Final = {"by": "api:shop-backend", "reason": "Asked by phone"}
APPROVED: Final = {
    **EXCHANGED,
    **BY,
    "state": "done",
    "completed_at": "2026-06-01T12:05:00Z",
    "old_key_until": "2026-06-15T12:05:00Z",
}
UNDONE: Final = {
    **APPROVED,
    "state": "undone",
    "undone_at": "2026-06-01T12:06:00Z",
    "undone_by": "api:shop-backend",
}
REPLACED: Final = {
    **APPROVED,
    "kind": "leaked",
    "to": "windows",
    "to_sku": "clipcutter-windows",
    "old_key_until": "2026-06-01T12:07:00Z",
}
WAITING: Final = {**EXCHANGED, **BY, "state": "waiting"}
ENDED: Final = {"ended_at": "2026-06-01T12:09:00Z"}
DECLINED: Final = {**EXCHANGED, **ENDED, "state": "declined", "by": "api:shop-backend"}
REASON: Final = {"reason": "Asked by phone"}


def listed(row: dict[str, Any]) -> dict[str, Any]:
    return {"told": {"items": [row], "next": None}}


OF: Final[dict[str, dict[str, Any]]] = {
    "showKey": {
        "told": {
            "id": KEY,
            "name": "shop-backend",
            "scopes": ["customers:read", "purchases:read", "purchases:write"],
            "calls_per_minute": 120,
            "expires_at": "2027-06-01T12:00:00Z",
        }
    },
    "listPurchases": listed(PURCHASED),
    "showPurchase": {"told": PURCHASED},
    "listSoldLicenses": listed(LICENSED),
    "showSoldLicense": {"told": LICENSED},
    "listEditions": listed(EDITED),
    "showEdition": {"told": EDITED},
    "listCustomers": listed(OWNER),
    "showCustomer": {"told": OWNER},
    "listExchanges": listed(EXCHANGED),
    "showExchange": {"told": EXCHANGED},
    "listMessages": listed(MAILED),
    "showMessage": {"told": MAILED},
    "listEvents": listed(NOTIFIED),
    "showEvent": {"told": NOTIFIED},
    "listFigures": {"told": {"items": [COUNTED]}},
    "addPurchase": {
        "sent": {
            "email": "anna@example.com",
            "sku": "clipcutter-windows",
            "reference": "BOX-1",
            "ordered_at": "2026-05-30T09:00:00Z",
            "reason": "Bought at the fair",
        },
        "told": ADDED,
    },
    "markRefunded": {"sent": {"reason": "Paid back by bank transfer"}, "told": REFUNDED},
    "withdrawRefund": {"sent": {"reason": "The transfer came back"}, "told": PURCHASED},
    "revokeLicense": {"sent": {"reason": "Sold on against the terms"}, "told": REVOKED},
    "restoreLicense": {"sent": {"reason": "It was another one"}, "told": LICENSED},
    "loadKeys": {
        "sent": {
            "keys": [
                {"code": "EEEE-1111-2222-3333"},
                {"code": "FFFF-1111-2222-3333", "name": "Otto Example"},
                {"code": "EEEE 1111 2222 3333"},
            ]
        },
        "told": {"new": 2, "served": 1, "repeated": [3], "in_pool": [], "owned": []},
    },
    "askBackAboutExchange": {"sent": {"text": "Which of your computers is it for?"}, "told": EXCHANGED},
    "approveExchange": {"sent": REASON, "told": APPROVED},
    "undoExchange": {"sent": {}, "told": UNDONE},
    "replaceLeakedKey": {"sent": {"reason": "It stands in a forum"}, "told": REPLACED},
    "moveForOwner": {"sent": {"license": LICENSE, "to": "macos", **REASON}, "told": WAITING},
    "cancelExchange": {"sent": {}, "told": {**WAITING, **ENDED, "state": "cancelled"}},
    "declineExchange": {"sent": {"reason": "It moved last week"}, "told": DECLINED},
    "eraseCustomer": {"sent": {"reason": "mail"}, "told": {"id": CUSTOMER, "erased": True}},
}
