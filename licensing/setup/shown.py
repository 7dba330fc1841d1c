"""The catalogue on file, as rows of the file that sets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q

from licensing.models import Edition, KeyState, Product
from licensing.setup.cells import word
from licensing.setup.products import RULES


def catalogue_rows() -> Iterator[tuple[str, ...]]:
    """Every edition with all `COLUMNS`."""
    for edition in Edition.objects.select_related("product").order_by("product__slug", "sku"):
        yield (
            edition.sku, edition.product.slug, edition.product.name, edition.version, edition.platform,
            edition.download_url, edition.activation_help, edition.code_form, word(is_shared(edition)),
            edition.key_source, options_text(edition), str(edition.low_stock_level),
            word(edition.checks_retired_list), edition.exchange_line, *rule_cells(edition.product),
        )  # fmt: skip


def rule_cells(product: Product) -> Iterator[str]:
    for field in RULES:
        value = getattr(product, field)
        yield word(value) if isinstance(value, bool) else "" if value is None else str(value)


def is_shared(edition: Edition) -> bool:
    return bool(edition.key_source_options.get("shared"))


def own_options(edition: Edition) -> dict[str, Any]:
    """Those of its source: `shared` has a column of its own."""
    return {name: value for name, value in edition.key_source_options.items() if name != "shared"}


def options_text(edition: Edition) -> str:
    own = own_options(edition)
    return json.dumps(own, ensure_ascii=False) if own else ""


def editions_with_pool() -> Iterator[tuple[Edition, int]]:
    """Every edition with the number of codes that wait in its pool."""
    waiting = Count("keys", filter=Q(keys__state=KeyState.POOL))
    counted = Edition.objects.select_related("product").annotate(waiting=waiting)
    for edition in counted.order_by("product__slug", "sku"):
        yield edition, edition.waiting
