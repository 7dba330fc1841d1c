"""Whom a new key is registered to."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import prefetch_related_objects

from licensing.models import License

LONGEST = 300  # characters, as the column of a key


def registered_name(license: License) -> str:
    """The name that was given with the order, otherwise its owner's, or the company's; empty if nobody is known."""
    owner = license.owner
    names = (license.line.registered_name, *((owner.full_name, owner.company) if owner else ()))
    return " ".join(next(filter(None, names), "").split())[:LONGEST]


def load_names(licenses: Sequence[License]) -> None:
    """What `registered_name` needs of all of them, in two queries."""
    prefetch_related_objects(list(licenses), "line", "owner")
