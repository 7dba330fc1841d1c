"""One example of each call of the vendor's systems, as the reference shows it. A test runs them in this order."""

from __future__ import annotations

from typing import Any, Final

KEY = "01973b30-1d2f-7c11-8a4b-2f6c9d0e7b35"
SCOPES = ["customers:read", "exchanges:read", "purchases:read", "purchases:write"]

OF: Final[dict[str, dict[str, Any]]] = {
    "showKey": {
        "told": {
            "id": KEY,
            "name": "shop-backend",
            "scopes": SCOPES,
            "calls_per_minute": 120,
            "expires_at": "2027-06-01T12:00:00Z",
        }
    },
}
