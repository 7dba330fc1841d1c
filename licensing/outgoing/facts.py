"""How events name what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licensing.models import Edition, License, Purchase


def product_of(edition: Edition) -> dict[str, Any]:
    return {"sku": edition.sku, "platform": edition.platform}


def license_of(license: License) -> dict[str, Any]:
    return {"license": license.pk, **product_of(license.edition)}


def order_of(purchase: Purchase) -> dict[str, Any]:
    return {
        "purchase": purchase.pk,
        "store": purchase.store.name,
        "reference": purchase.reference,
        "customer": purchase.buyer_id,
    }


def refund_of(purchase: Purchase) -> Mapping[str, Any]:
    back = {"refunded_at": purchase.refunded_at, "units": purchase.refunded_units}
    return order_of(purchase) | back
