"""Which editions stand for each other on different platforms."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from licensing.models import Edition, Platform


def counterparts(editions: Iterable[Edition]) -> dict[Edition, list[Edition]]:
    """Where licenses of each may move to, by platform: editions of its line, else of its version. One query."""
    wanted = list(dict.fromkeys(editions))
    same_product = Q(product__in={each.product_id for each in wanted})
    others = Edition.objects.filter(same_product).exclude(platform=Platform.ANY).select_related("product")
    found = list(others.order_by("platform", "sku"))
    return {each: [other for other in found if stand_for_each_other(each, other)] for each in wanted}


def stand_for_each_other(one: Edition, other: Edition) -> bool:
    if one.product_id != other.product_id or one.platform == other.platform or Platform.ANY in platforms(one):
        return False
    if one.exchange_line or other.exchange_line:
        return one.exchange_line == other.exchange_line
    return one.version == other.version


def platforms(*editions: Edition) -> set[str]:
    return {each.platform for each in editions}
