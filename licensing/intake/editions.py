"""A starting mapping, made of what a sales file says: one edition for each product and variant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.text import slugify

from licensing.intake.record import PurchaseRecord, Told
from licensing.models import Edition, Mapping, MappingItem, Platform, Product, Store

PLATFORM_WORDS: Final = (
    (re.compile(r"\b(?:windows|win(?:32|64)?|pc)\b", re.IGNORECASE), Platform.WINDOWS),
    (re.compile(r"\b(?:mac(?:os|intosh)?(?: ?os ?x)?|os ?x)\b", re.IGNORECASE), Platform.MACOS),
    (re.compile(r"\b(?:linux|ubuntu|debian)\b", re.IGNORECASE), Platform.LINUX),
)
LONGEST_SLUG: Final = 60
MOST_MADE: Final = (
    10_000  # mappings of one store; a file with more products has something else in that column
)


@dataclass(frozen=True, slots=True)
class Sold:
    """One thing that a store sells, under its names there."""

    product_ref: str
    variant: str
    name: str


def create_editions(store: Store, sold: Iterable[Sold]) -> list[Edition]:
    """Make product, edition and mapping for whatever has no mapping yet; what has one is left alone.

    The platform is read from the variant's words (no such word: any platform); the rest of the variant becomes the
    edition's version. The vendor can change all of it afterwards.
    """
    made = []
    with transaction.atomic():
        for each in sold:
            if not Mapping.objects.filter(
                store=store, product_ref=each.product_ref, variant=each.variant
            ).exists():
                made.append(create_edition(store, each))
    return made


def create_missing(store: Store, told: Iterable[Told]) -> list[Edition]:
    """The same for whatever these records sell; nothing where a store has so many mappings that a mistake is likely."""
    sold = {
        (line.product_ref, line.variant): line.name
        for each in told
        if isinstance(each, PurchaseRecord)
        for line in each.lines
    }
    known = set(Mapping.objects.filter(store=store).values_list("product_ref", "variant"))
    if len(known) >= MOST_MADE:
        return []
    new = [Sold(*names, name) for names, name in sold.items() if names not in known]
    return create_editions(store, new)


def create_edition(store: Store, sold: Sold) -> Edition:
    platform, version = platform_of(sold.variant)
    product = product_of(store, sold)
    edition, _ = Edition.objects.get_or_create(
        product=product,
        version=version,
        platform=platform,
        defaults={"sku": free(sku_of(product, platform, version), Edition, "sku")},
    )
    mapping = Mapping.objects.create(store=store, product_ref=sold.product_ref, variant=sold.variant)
    MappingItem.objects.create(mapping=mapping, edition=edition)
    return edition


def sku_of(product: Product, platform: Platform, version: str) -> str:
    return "-".join(filter(None, (product.slug[:40], slugify(version)[:20], platform.value)))


def platform_of(variant: str) -> tuple[Platform, str]:
    """The platform that the variant names, and what else it says: "(Mac, Business)" is macOS and "Business"."""
    for words, platform in PLATFORM_WORDS:
        if words.search(variant):
            return platform, rest_of(words.sub(" ", variant))
    return Platform.ANY, rest_of(variant)


def rest_of(variant: str) -> str:
    return " ".join(re.findall(r"[\w.+]+", variant))[:40]


def product_of(store: Store, sold: Sold) -> Product:
    """The product that another variant was mapped to already, or a new one."""
    mapped = MappingItem.objects.filter(mapping__store=store, mapping__product_ref=sold.product_ref)
    if known := mapped.select_related("edition__product").order_by("id").first():
        return known.edition.product
    name = sold.name[:200] or sold.product_ref
    slug = slugify(sold.product_ref)[:LONGEST_SLUG] or slugify(name)[:LONGEST_SLUG] or "product"
    same = Product.objects.filter(slug=slug, name=name).first()  # another store sells it under the same id
    return same or Product.objects.create(slug=free(slug, Product, "slug"), name=name)


def free(wanted: str, model: type[Product] | type[Edition], column: str) -> str:
    """The name, with a number after it where another row has it."""
    name, number = wanted, 2
    while model._default_manager.filter(**{column: name}).exists():
        name, number = f"{wanted}-{number}", number + 1
    return name
