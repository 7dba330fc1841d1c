"""Where an edition's next key comes from, in a sentence for support."""

from __future__ import annotations

from licensing.keys.sources import problem_with
from licensing.keys.sources.pool import in_pool, serves_all_by_one
from licensing.models import Edition, KeySource

ENOUGH = 100  # codes; how many more there are changes nothing for one license


def next_key(edition: Edition) -> str:
    """Counts no more of a pool than a hundred codes."""
    if serves_all_by_one(edition):
        return "The one code that serves all its buyers is given."
    if problem := problem_with(edition):
        return f"No key can be made until its source is set up: {problem}"
    if edition.key_source == KeySource.REMOTE:
        return "The vendor's generator is asked for a key."
    if edition.key_source != KeySource.POOL:
        return "A key is made at once."
    level = in_pool(edition).order_by("id")[: ENOUGH + 1].count()
    if not level:
        return "Its pool is empty." if edition.stocked_at else "Nothing was ever loaded into its pool."
    return f"A code of its pool is given, which has {'more than 100' if level > ENOUGH else level}."
