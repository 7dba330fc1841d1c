"""Shops as lists and forms call them: two may have the same title, and only their short names tell them apart."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from licensing.intake.stores import KINDS
from licensing.models import Connection, Store


def store_name(store: Store) -> str:
    """`Our shop (our-woo)`."""
    return f"{store.title} ({store.name})" if store.title and store.title != store.name else store.name


def full_name(store: Store) -> str:
    """`Our shop (our-woo, WooCommerce)`."""
    kind = KINDS[store.kind].title if store.kind in KINDS else store.kind
    return f"{store} ({store.name}, {kind})"


def connection_name(connection: Connection) -> str:
    """`Our shop (our-woo): live`."""
    return f"{store_name(connection.store)}: {connection.name}"


class StoreFilter(admin.RelatedFieldListFilter):
    """Of the stores, by their full names."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(store.pk), full_name(store)) for store in Store.objects.order_by("name")]
