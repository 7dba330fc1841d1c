"""What a keys mail says of each holding: what its template decides by as it is, what it only prints as holes.

Buyers of one edition in one shop then differ in facts alone, and their mails are filled into one stencil.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.timezone import localtime

from licensing.holdings import Holding, Standing
from recovery.mail.dates import day
from recovery.mail.stencil import hole
from recovery.templatetags.recovery_words import one_line


@dataclass(frozen=True)
class Entry:
    """One holding in a mail. The last five fields are holes, or empty where there is nothing to print."""

    standing: Standing
    product: str
    version: str
    platform: str
    units: int
    shop: str
    download_url: str
    activation_help: str
    bought_at: str = ""
    order: str = ""
    registered_name: str = ""
    code: str = ""
    file_name: str = ""


def entries(holdings: Iterable[Holding]) -> tuple[tuple[Entry, ...], dict[str, str]]:
    """The holdings as entries, and the facts for their holes. Dates are in the active language."""
    found: list[Entry] = []
    facts: dict[str, str] = {}
    for number, holding in enumerate(holdings):
        own = {name: text for name, text in printed(holding).items() if text}
        found.append(entry(holding, {name: hole(f"{name}_{number}") for name in own}))
        facts |= {f"{name}_{number}": text for name, text in own.items()}
    return tuple(found), facts


def printed(holding: Holding) -> dict[str, str]:
    """What differs from buyer to buyer and decides nothing. The code is exact, whatever is in it."""
    return {
        "bought_at": day(localtime(holding.purchased_at)),
        "order": one_line(holding.order),
        "registered_name": one_line(holding.registered_name),
        "code": holding.code,
        "file_name": one_line(holding.file_name),
    }


def entry(holding: Holding, holes: dict[str, str]) -> Entry:
    return Entry(
        standing=holding.standing,
        product=holding.product,
        version=holding.version,
        platform=holding.platform,
        units=holding.units,
        shop=holding.shop,
        download_url=holding.download_url,
        activation_help=holding.activation_help,
        **holes,
    )
