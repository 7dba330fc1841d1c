"""What the vendor's mapping says that a sold line means: which editions, and how many of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from licensing.models import Edition, Mapping, Store

BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """So many units of this edition for each unit sold."""

    edition: Edition
    quantity: int
    edition_id: str

    @property
    def shared(self) -> bool:
        """Whether one code serves all buyers of the edition: its key source options say `{"shared": true}`."""
        return bool(self.edition.key_source_options.get("shared"))


class Meanings:
    """A store's whole mapping, read once."""

    def __init__(self, store: Store) -> None:
        self._mappings: dict[tuple[str, str], list[Mapping]] = defaultdict(list)
        self._items: dict[UUID, tuple[Item, ...]] = {}
        for mapping in Mapping.objects.filter(store=store).prefetch_related("items__edition"):
            self._mappings[mapping.product_ref, mapping.variant].append(mapping)
            items = sorted(mapping.items.all(), key=lambda item: item.edition.sku)
            self._items[mapping.pk] = tuple(
                Item(item.edition, item.quantity, str(item.edition_id)) for item in items
            )

    def of(self, product_ref: str, variant: str, *, at: datetime) -> tuple[Item, ...]:
        """What that product was at that moment; empty if nobody has said. Of several, the latest beginning counts."""
        valid = [
            mapping
            for mapping in self._mappings.get((product_ref, variant), ())
            if (mapping.valid_from is None or mapping.valid_from <= at)
            and (mapping.valid_until is None or mapping.valid_until > at)
        ]
        if not valid:
            return ()
        return self._items[max(valid, key=lambda mapping: mapping.valid_from or BEGINNING).pk]
