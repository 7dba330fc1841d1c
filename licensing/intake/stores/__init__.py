"""One file for each kind of shop. `KINDS` is the registry: a new kind is one module and one line here."""

from licensing.intake.shop import Export, Shop
from licensing.intake.stores import fastspring, gumroad

KINDS: dict[str, Shop] = {
    "fastspring": fastspring.SHOP,
    "gumroad": gumroad.SHOP,
}

__all__ = ["KINDS", "Export", "Shop"]
