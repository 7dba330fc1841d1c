"""One file for each kind of shop. `KINDS` is the registry: a new kind is one module and one line here."""

from licensing.intake.shop import Export, Shop
from licensing.intake.stores import (
    edd,
    fastspring,
    generic,
    gumroad,
    lemon_squeezy,
    paddle_billing,
    paddle_classic,
    regnow,
    sendowl,
    shareit,
    stripe,
    swreg,
    woocommerce,
)

KINDS: dict[str, Shop] = {
    "csv": generic.SHOP,
    "edd": edd.SHOP,
    "fastspring": fastspring.SHOP,
    "gumroad": gumroad.SHOP,
    "lemonsqueezy": lemon_squeezy.SHOP,
    "paddle": paddle_billing.SHOP,
    "paddle-classic": paddle_classic.SHOP,
    "regnow": regnow.SHOP,
    "sendowl": sendowl.SHOP,
    "shareit": shareit.SHOP,
    "stripe": stripe.SHOP,
    "swreg": swreg.SHOP,
    "woocommerce": woocommerce.SHOP,
}

__all__ = ["KINDS", "Export", "Shop"]
