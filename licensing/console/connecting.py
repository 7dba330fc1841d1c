"""What the pages of connections show: which shops there are, what to do in one, and what came in lately."""

from __future__ import annotations

from collections import Counter
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from licensing.intake.shop import Shop
from licensing.intake.stores import KINDS
from licensing.models import Connection, HookEvent, Store

AT_MOST: Final = 200  # of a connection's newest notifications: what is older says nothing of how it is now


def kinds_that_notify() -> dict[str, Shop]:
    """By title, as a person looks for them."""
    found = [(kind, shop) for kind, shop in KINDS.items() if shop.notifies]
    return dict(sorted(found, key=lambda pair: pair[1].title.lower()))


def stores_that_notify() -> list[Store]:
    return list(Store.objects.filter(kind__in=kinds_that_notify()).order_by("name"))


def steps_of(shop: Shop, *, url: str) -> list[SafeString]:
    """What to do in the shop, with the connection's address where it is to be pasted."""
    return [step_with(step, url=url) for step in shop.steps]


def step_with(step: str, *, url: str) -> SafeString:
    before, found, after = step.partition("{url}")
    if not found:
        return format_html("{}", step)
    return format_html('{}<code class="address">{}</code>{}', before, url, step_with(after, url=url))


def recent_states(connection: Connection) -> Counter[str]:
    """How many of its newest notifications are in which state. Never reads more than those."""
    newest = HookEvent.objects.filter(connection=connection).order_by("-id")
    return Counter(newest.values_list("state", flat=True)[:AT_MOST])
