"""What all of Stripe's events have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from licensing.intake.record import Names, Payment, PaymentNews, Told
from licensing.intake.shop import Ask, NotUnderstood
from licensing.intake.stores.json_fields import Fields, known

MOST_UNITS: Final = 10_000
MOST_PAGES: Final = 10  # of lines, a hundred each
_FREE: Final = frozenset({"client_reference_id", "number"})  # what the vendor names, in any form


def is_test(event: Fields) -> bool:
    """Whether it is about no real money. One that does not say so is refused: a test must never pass for an order."""
    if not isinstance(live := event.anything("livemode"), bool):
        event.reject("livemode", "must be true or false")
    return not live


class Heard:
    """An event: what it is about, when it happened, and whether it is a test."""

    def __init__(self, event: Fields) -> None:
        self.about = event.fields("data").fields("object")
        self.at = event.seconds("created")
        self.test = is_test(event)

    def news(self, names: Names, payment: Payment) -> Sequence[Told]:
        return (PaymentNews(names, payment, test=self.test),)


def listed(path: str, ask: Ask) -> Iterator[Fields]:
    """Everything in a list of Stripe's, page by page."""
    after = ""
    for _ in range(MOST_PAGES):
        page = known(ask(path + after), "answer")
        found = page.each("data")
        yield from found
        if not found or not page.flag("has_more"):
            return
        after = f"&starting_after={found[-1].sure_identity('id')}"
    raise NotUnderstood("It has more lines than an order may have here.")


def further(about: Fields, *places: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The further references that stand in these fields, as (kind, field)."""
    found = (
        (kind, about.text(name, 200) if name in _FREE else about.identity(name)) for kind, name in places
    )
    return tuple((kind, value) for kind, value in found if value)


def mailing_address(address: Fields) -> str:
    names = ("line1", "line2", "city", "postal_code", "state", "country")
    places = [address.cut(name, 300) for name in names]
    return "\n".join(place for place in places if place)[:2000]
