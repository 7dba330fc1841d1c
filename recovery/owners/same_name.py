"""Customers on file with the very name that was claimed: a hint where to look, and no proof, as names are no secret."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from licensing.console.search import can_be_stored, owners_of_name
from licensing.console.terms import cleaned
from licensing.models import Customer, with_addresses
from recovery.claimed import Claimed
from recovery.owners.compare import words

MOST: Final = 5


def same_named(claimed: Claimed, *, apart_from: Collection[UUID]) -> list[Customer]:
    """The newest few, with their addresses; names are compared without case, commas and the order of their words.

    Two queries and a search by parts, which takes as long for a common name as for a rare one.
    """
    name = cleaned(claimed.name) if can_be_stored(claimed.name) else ""
    wanted = words(name)
    if not wanted:
        return []
    others = owners_of_name(name).customers - set(apart_from)
    names = Customer.objects.filter(pk__in=others).order_by("-pk").values_list("pk", "full_name")
    same = [pk for pk, full_name in names if words(cleaned(full_name)) == wanted][:MOST]
    return list(Customer.objects.filter(pk__in=same).prefetch_related(with_addresses()).order_by("-pk"))
